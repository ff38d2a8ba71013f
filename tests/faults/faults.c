/*
 * Faults where a program meets the disk, for LD_PRELOAD.
 *
 * Counts the writes and syncs of files below FAULTS_BELOW, once the file FAULTS_ARMED exists.
 *
 *   FAULTS_KILL_AT=n    the n-th of them is the process's last: SIGKILL instead of it
 *   FAULTS_TORN=1       ... after half of it, where it is a write
 *   FAULTS_MODE=file    while the file says `sync`, syncs fail with EIO; while it says `full`,
 *                       writes fail with ENOSPC
 *   FAULTS_TALLY=file   the number of syncs, armed or not, as text
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long operations;
static atomic_long syncs;

static int is_below(int fd) {
    const char *below = getenv("FAULTS_BELOW");
    char link[64], path[4096];
    if (!below) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return strncmp(path, below, strlen(below)) == 0;
}

static int is_armed(void) {
    const char *armed = getenv("FAULTS_ARMED");
    return armed && access(armed, F_OK) == 0;
}

static int mode_is(const char *word) {
    const char *file = getenv("FAULTS_MODE");
    char text[16] = {0};
    if (!file) return 0;
    int fd = syscall(SYS_openat, AT_FDCWD, file, O_RDONLY);
    if (fd < 0) return 0;
    syscall(SYS_read, fd, text, sizeof text - 1);
    syscall(SYS_close, fd);
    return strncmp(text, word, strlen(word)) == 0;
}

/* Whether this operation is the process's last. */
static int is_last(void) {
    const char *at = getenv("FAULTS_KILL_AT");
    if (!is_armed()) return 0;
    long count = atomic_fetch_add(&operations, 1) + 1;
    return at && count == atol(at);
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static void tally(void) {
    const char *file = getenv("FAULTS_TALLY");
    char text[32];
    if (!file) return;
    int length = snprintf(text, sizeof text, "%-20ld\n", atomic_fetch_add(&syncs, 1) + 1);
    int fd = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT, 0600);
    if (fd < 0) return;
    syscall(SYS_pwrite64, fd, text, length, 0L);
    syscall(SYS_close, fd);
}

static ssize_t raw_write(int fd, const void *bytes, size_t count, long offset) {
    if (offset < 0) return syscall(SYS_write, fd, bytes, count);
    return syscall(SYS_pwrite64, fd, bytes, count, offset);
}

static ssize_t faulty_write(int fd, const void *bytes, size_t count, long offset) {
    if (is_below(fd)) {
        if (is_last()) {
            if (getenv("FAULTS_TORN")) raw_write(fd, bytes, count / 2, offset);
            die();
        }
        if (mode_is("full")) {
            errno = ENOSPC;
            return -1;
        }
    }
    return raw_write(fd, bytes, count, offset);
}

static int faulty_sync(int fd, long number) {
    if (is_below(fd)) {
        if (is_last()) die();
        tally();
        if (mode_is("sync")) {
            errno = EIO;
            return -1;
        }
    }
    return syscall(number, fd);
}

ssize_t write(int fd, const void *bytes, size_t count) {
    return faulty_write(fd, bytes, count, -1);
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) {
    return faulty_write(fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) {
    return faulty_write(fd, bytes, count, offset);
}

int fsync(int fd) {
    return faulty_sync(fd, SYS_fsync);
}

int fdatasync(int fd) {
    return faulty_sync(fd, SYS_fdatasync);
}

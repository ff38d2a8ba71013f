//! Texts of the formats that servers assert, those of JSON Schema 2020-12, and of some that only the
//! Rust types behind them do.

/// What texts of a format look like.
pub(super) struct Format {
    name: &'static str,
    /// Matches a part of them: enough to make many.
    pub(super) pattern: &'static str,
    /// Texts at the edges of it, where implementations differ and programs err.
    pub(super) edges: &'static [&'static str],
    /// Texts that come close and are none. Empty of a format that servers don't assert.
    pub(super) wrong: &'static [&'static str],
}

impl Format {
    pub(super) fn is_asserted(&self) -> bool {
        !self.wrong.is_empty()
    }
}

/// None for a format of which any text may be.
pub(super) fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|one| one.name == name)
}

const fn of(
    name: &'static str,
    pattern: &'static str,
    edges: &'static [&'static str],
    wrong: &'static [&'static str],
) -> Format {
    Format { name, pattern, edges, wrong }
}

static FORMATS: [Format; 22] = [
    of("ip", "10([.]([1-9]|1[0-9])){3}", &["0.0.0.0", "255.255.255.255", "::", "::1"], &[]),
    of(
        "partial-date-time",
        "20[0-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5]\
         [0-9](|\\.[0-9]{1,9})",
        &["2024-02-29T23:59:59", "1970-01-01T00:00:00.000000001"],
        &[],
    ),
    of(
        "partial-time",
        "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](|\\.[0-9]{1,9})",
        &["00:00:00", "23:59:59.999999999"],
        &[],
    ),
    of(
        "date",
        "(200[0-9]|20[1-9][0-9]|19[0-9][0-9])-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])",
        &["2024-02-29", "1970-01-01", "0001-01-01", "9999-12-31"],
        &[
            "2023-02-29",
            "2024-13-01",
            "2024-1-1",
            "01/02/2024",
            "2024-01-01T00:00:00Z",
            "today",
            "",
        ],
    ),
    of(
        "date-time",
        "20[0-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5]\
         [0-9](|\\.[0-9]{1,9})(Z|[+-](0[0-9]|1[0-2]):[0-5][0-9])",
        &[
            "2024-02-29T23:59:59Z",
            "1970-01-01T00:00:00Z",
            "2024-01-01T00:00:00.000000001Z",
            "2024-01-01T00:00:00+14:00",
            "2024-01-01T00:00:00-12:00",
            "2016-12-31T23:59:60Z",
        ],
        &["2024-01-01T00:00:00", "2024-01-01", "2024-01-01T24:00:00Z", "2024-02-30T00:00:00Z", ""],
    ),
    of(
        "time",
        "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](|\\.[0-9]{1,9})(Z|[+-](0[0-9]|1[0-2]):[0-5][0-9])",
        &["00:00:00Z", "23:59:59Z", "23:59:60Z", "12:00:00.5+14:00"],
        &["24:00:00Z", "12:00", "12:00:00", "12:60:00Z", "noon", ""],
    ),
    of(
        "duration",
        "P([1-9][0-9]{0,2}D|[1-9][0-9]{0,2}W|T[1-9][0-9]{0,3}S|T[1-9][0-9]?H[0-9]{1,2}M|\
         [1-9]Y[0-9]M[0-9]D)",
        &["PT0S", "P0D", "P1Y2M3DT4H5M6S", "P52W"],
        &["P", "PT", "1D", "P1S", "P1W2D", "5 minutes", ""],
    ),
    of(
        "email",
        "[a-z][a-z0-9]{0,30}(|[.+][a-z0-9]{1,30})@[a-z][a-z0-9]{0,30}(|[.][a-z0-9]{1,30})[.]\
         [a-z]{2,7}",
        &["a@b", "a@b.c", "a@b.co", "a+b@example.com", "a.b-c_d@sub.example.org"],
        &["a", "@example.com", "a@", "a b@example.com", "a@b@c.com", ""],
    ),
    of(
        "idn-email",
        "[a-zżółćäöü]{1,30}@[a-zżółäöü]{1,30}[.](org|com|example)",
        &["a@b.co", "żółw@bücher.example", "用户@例子.example"],
        &["a", "@example.com", "a@", ""],
    ),
    of(
        "hostname",
        "[a-z][a-z0-9]{0,30}([.][a-z][a-z0-9]{0,30}){0,6}",
        &["a", "localhost", "a-b.example", "xn--bcher-kva.example"],
        &["-a", "a..b", "a_b", "a b", "a/b", "ż", ""],
    ),
    of(
        "idn-hostname",
        "[a-zżółäöü]{1,30}([.][a-z][a-z0-9]{0,30}){0,6}",
        &["a", "bücher.example", "例子.example"],
        &["-a", "a b", "a/b", ""],
    ),
    of(
        "ipv4",
        "([0-9]|[1-9][0-9]|1[0-9][0-9]|2[0-4][0-9]|25[0-5])([.]([0-9]|[1-9][0-9]|1[0-9][0-9]|\
         2[0-4][0-9]|25[0-5])){3}",
        &["0.0.0.0", "255.255.255.255", "127.0.0.1"],
        &["256.0.0.1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "::1", ""],
    ),
    of(
        "ipv6",
        "(::[0-9a-f]{1,4}|[0-9a-f]{1,4}(:[0-9a-f]{1,4}){7}|[0-9a-f]{1,4}::[0-9a-f]{1,4})",
        &["::", "::1", "::ffff:192.0.2.1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
        &[":::", "1::2::3", "12345::", "g::", "127.0.0.1", ""],
    ),
    of(
        "uri",
        "(https?|urn|x-app):[a-z][a-z0-9/]*(|[?][a-z]*=[a-z0-9]*)",
        &["a:", "https://example.com/", "https://[::1]:8080/a?b=c#d", "urn:a:b", "a:%20"],
        &["example.com", "/a", "https://a b", "https://ż", ":", "%"],
    ),
    of(
        "uri-reference",
        "[a-z][a-z0-9/]*(|[?][a-z]*=[a-z0-9]*)",
        &["", "/a", "../a", "#a", "https://example.com/"],
        &["a b", "%", "ż", "\\\\a"],
    ),
    of(
        "iri",
        "(https?|urn|x-app):[a-zżółäöü][a-z0-9/]*(|[?][a-z]*=[a-z0-9]*)",
        &["a:", "https://bücher.example/żółw?q=例"],
        &["example.com", "/ż", "https://a b", ":", "%"],
    ),
    of(
        "iri-reference",
        "[a-zżółäöü][a-z0-9/]*(|[?][a-z]*=[a-z0-9]*)",
        &["", "/żółw", "#例"],
        &["a b", "%", "\\\\a"],
    ),
    of(
        "uri-template",
        "[a-z/]*([{][a-z]{1,30}[}][a-z/]*){0,6}",
        &["", "/a", "/a/{b}{?c,d}", "{+a}"],
        &["{", "a{b", "{}", "}"],
    ),
    of(
        "json-pointer",
        "(/[a-z0-9]*){0,20}",
        &["", "/", "/a~0b~1c", "//", "/ż"],
        &["a", "/~", "/~2", "#/a"],
    ),
    of(
        "relative-json-pointer",
        "(0|[1-9][0-9]{0,2})(|#|(/[a-z0-9]{0,9}){1,9})",
        &["0", "0#", "12/a~1b"],
        &["", "/a", "01", "-1", "a"],
    ),
    of(
        "regex",
        "[a-z]{1,20}|\\[a-z\\]\\+[a-z]{0,20}|\\^[a-z]{0,20}\\$",
        &["", ".", "^a+$", "[^a-c]{2,3}", "(a|b)*", "\\\\d", "ż"],
        &["(", "[", "a{2,1}", "*", "\\"],
    ),
    of(
        "uuid",
        "[0-9a-f]{8}-[0-9a-f]{4}-[1-7][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
        &[
            "00000000-0000-0000-0000-000000000000",
            "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF",
            "01890a5d-ac96-774b-bcce-b302099a8057",
        ],
        &[
            "00000000000000000000000000000000",
            "0000000-0000-0000-0000-000000000000",
            "g0000000-0000-0000-0000-000000000000",
            "{00000000-0000-0000-0000-000000000000}",
            "",
        ],
    ),
];

//! [`Few`]: a list that is rarely longer than two.

/// Two items in place, and a vector for the others: most tools have one dependency and one limit of
/// their own, and a call of them allocates nothing to hold on to both.
#[derive(Debug)]
pub(crate) struct Few<T> {
    first: [Option<T>; 2],
    others: Vec<T>,
    len: usize,
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Few<T> {
    pub(crate) const fn new() -> Self {
        Self { first: [None, None], others: Vec::new(), len: 0 }
    }

    pub(crate) fn push(&mut self, item: T) {
        match self.first.get_mut(self.len) {
            Some(place) => *place = Some(item),
            None => self.others.push(item),
        }
        self.len += 1;
    }

    pub(crate) fn contains(&self, item: &T) -> bool
    where
        T: PartialEq,
    {
        self.first.iter().flatten().chain(&self.others).any(|one| one == item)
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn last(&self) -> Option<&T> {
        match self.first.get(self.len.checked_sub(1)?) {
            Some(place) => place.as_ref(),
            None => self.others.last(),
        }
    }

    /// Takes the last one out.
    pub(crate) fn pop(&mut self) -> Option<T> {
        self.len = self.len.checked_sub(1)?;
        match self.first.get_mut(self.len) {
            Some(place) => place.take(),
            None => self.others.pop(),
        }
    }

    /// In the order in which they came.
    pub(crate) fn for_each(&mut self, mut each: impl FnMut(&mut T)) {
        self.first.iter_mut().flatten().for_each(&mut each);
        self.others.iter_mut().for_each(each);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_come_out_in_the_order_in_which_they_came() {
        for length in 0..5 {
            let mut few = Few::new();
            (0..length).for_each(|item| few.push(item));
            assert!(few.others.len() == usize::saturating_sub(length, 2));
            assert_eq!(few.len(), length);
            assert!((0..6).all(|item| few.contains(&item) == (item < length)));
            let mut items = Vec::new();
            few.for_each(|item| items.push(*item));
            assert!(items.into_iter().eq(0..length));
            for item in (0..length).rev() {
                assert_eq!((few.last().copied(), few.pop()), (Some(item), Some(item)));
                assert_eq!(few.len(), item);
            }
            assert_eq!((few.last().copied(), few.pop(), few.len()), (None, None, 0));
        }
    }
}

//! [`Few`]: a list that is rarely longer than two.

/// Two items in place, and a vector for the others: most tools have one dependency and one limit of
/// their own, and a call of them allocates nothing to hold on to both.
#[derive(Debug)]
pub(crate) struct Few<T> {
    first: [Option<T>; 2],
    others: Vec<T>,
}

impl<T> Few<T> {
    pub(crate) const fn new() -> Self {
        Self { first: [None, None], others: Vec::new() }
    }

    pub(crate) fn push(&mut self, item: T) {
        match self.first.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some(item),
            None => self.others.push(item),
        }
    }
}

/// In the order in which they came.
impl<T> IntoIterator for Few<T> {
    type Item = T;
    type IntoIter = std::iter::Chain<
        std::iter::Flatten<std::array::IntoIter<Option<T>, 2>>,
        std::vec::IntoIter<T>,
    >;

    fn into_iter(self) -> Self::IntoIter {
        self.first.into_iter().flatten().chain(self.others)
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
            assert_eq!(few.into_iter().collect::<Vec<_>>(), (0..length).collect::<Vec<_>>());
        }
    }
}

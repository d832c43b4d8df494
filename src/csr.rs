//! Many short lists in one block of memory.

/// Lists of `T`, by number: all items in one vector, and where each list ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lists<T> {
    ends: Vec<u32>,
    items: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { ends: Vec::new(), items: Vec::new() }
    }
}

impl<T> Lists<T> {
    /// Room for `lists` lists of `items` items in all.
    #[must_use]
    pub fn with_capacity(lists: usize, items: usize) -> Self {
        Self { ends: Vec::with_capacity(lists), items: Vec::with_capacity(items) }
    }

    /// Lists from their parts: where each ends, and all items.
    #[must_use]
    pub fn from_parts(ends: Vec<u32>, items: Vec<T>) -> Option<Self> {
        let sorted = ends.is_sorted() && ends.last().map_or(0, |e| *e as usize) == items.len();
        sorted.then_some(Self { ends, items })
    }

    /// Where each list ends.
    #[must_use]
    pub fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// All items, list after list.
    #[must_use]
    pub fn items(&self) -> &[T] {
        &self.items
    }

    /// Adds an item to the list that is being made.
    pub fn push(&mut self, item: T) {
        self.items.push(item);
    }

    /// Adds items to the list that is being made.
    pub fn extend(&mut self, items: impl IntoIterator<Item = T>) {
        self.items.extend(items);
    }

    /// Ends the list that is being made.
    ///
    /// # Panics
    /// Beyond 4 billion items.
    pub fn end(&mut self) {
        self.ends.push(u32::try_from(self.items.len()).expect("more items than one run can hold"));
    }

    /// How many lists there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// One list.
    #[must_use]
    pub fn get(&self, list: usize) -> &[T] {
        &self.items[self.range(list)]
    }

    /// One list, to be changed in place.
    pub fn get_mut(&mut self, list: usize) -> &mut [T] {
        let range = self.range(list);
        &mut self.items[range]
    }

    fn range(&self, list: usize) -> std::ops::Range<usize> {
        let start = list.checked_sub(1).map_or(0, |l| self.ends[l]);
        start as usize..self.ends[list] as usize
    }

    /// All lists in turn.
    pub fn iter(&self) -> impl Iterator<Item = &[T]> {
        (0..self.len()).map(|i| self.get(i))
    }
}

impl<T: Copy> Lists<T> {
    /// The lists of all parts, one part after the other.
    ///
    /// # Panics
    /// Beyond 4 billion items.
    #[must_use]
    pub fn concat(parts: Vec<Self>) -> Self {
        let count = |of: fn(&Self) -> usize| parts.iter().map(of).sum();
        let mut all = Self::with_capacity(count(Self::len), count(|p| p.items.len()));
        for part in parts {
            let before = all.items.len();
            all.items.extend_from_slice(&part.items);
            assert!(u32::try_from(all.items.len()).is_ok(), "more items than one run can hold");
            all.ends.extend(part.ends.iter().map(|end| end + before as u32));
        }
        all
    }

    /// The lists that are wanted, one answer for each.
    #[must_use]
    pub fn picked(&self, wanted: &[bool]) -> Self {
        let mut picked = Self::default();
        for (list, _) in self.iter().zip(wanted).filter(|(_, wanted)| **wanted) {
            picked.extend(list.iter().copied());
            picked.end();
        }
        picked
    }

    /// Leaves out the lists that `keep` doesn't want.
    pub fn retain(&mut self, keep: impl Fn(&[T]) -> bool) {
        let (mut lists, mut items, mut start) = (0, 0, 0);
        for list in 0..self.len() {
            let end = self.ends[list] as usize;
            if keep(&self.items[start..end]) {
                self.items.copy_within(start..end, items);
                items += end - start;
                self.ends[lists] = items as u32;
                lists += 1;
            }
            start = end;
        }
        self.ends.truncate(lists);
        self.items.truncate(items);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_keep_apart() {
        let mut lists = Lists::default();
        lists.extend([1, 2]);
        lists.end();
        lists.end();
        lists.push(3);
        lists.end();
        assert_eq!(lists.iter().collect::<Vec<_>>(), [&[1, 2][..], &[], &[3]]);
        let back = Lists::from_parts(lists.ends().to_vec(), lists.items().to_vec());
        assert_eq!(back, Some(lists));
        assert_eq!(Lists::from_parts(vec![2, 1], vec![0, 0]), None);
        assert_eq!(Lists::from_parts(vec![1], vec![0, 0]), None);
    }

    fn lists(of: &[&[u32]]) -> Lists<u32> {
        let mut lists = Lists::default();
        for list in of {
            lists.extend(list.iter().copied());
            lists.end();
        }
        lists
    }

    #[test]
    fn lists_are_joined_and_left_out() {
        let mut all = Lists::concat(vec![lists(&[&[1, 2], &[]]), lists(&[]), lists(&[&[3], &[4, 5, 6]])]);
        assert_eq!(all, lists(&[&[1, 2], &[], &[3], &[4, 5, 6]]));
        assert_eq!(all.picked(&[true, false, false, true]), lists(&[&[1, 2], &[4, 5, 6]]));
        all.retain(|list| list.len() != 2);
        assert_eq!(all, lists(&[&[], &[3], &[4, 5, 6]]));
        all.retain(|_| false);
        assert_eq!(all, lists(&[]));
    }
}

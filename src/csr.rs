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
}

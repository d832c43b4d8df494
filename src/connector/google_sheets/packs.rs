//! Many things in few requests.

/// Things in as few packs as their size allows; one that is larger goes alone.
pub(super) fn packed<T>(
    things: impl IntoIterator<Item = T>,
    bytes_max: usize,
    bytes: impl Fn(&T) -> usize,
) -> Vec<Vec<T>> {
    let (mut packs, mut size) = (Vec::<Vec<T>>::new(), 0);
    for thing in things {
        let own = bytes(&thing);
        size += own;
        if let Some(pack) = packs.last_mut().filter(|_| size <= bytes_max) {
            pack.push(thing);
        } else {
            packs.push(vec![thing]);
            size = own;
        }
    }
    packs
}

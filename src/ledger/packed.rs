//! A route's state as bytes and back: arrays, each led by its length, in a fixed order.
//!
//! A million cards in random key order cost a database 24 s row by row; packed they are a few dozen
//! blobs, written one after the other.

use crate::{
    change::{ClientId, RunId},
    csr::Lists,
    day::Day,
    set::PurposeSet,
    written::Written,
};

/// The version of the order below; another one is not read.
const VERSION: u32 = 2;

/// A part is handed over whenever it has grown to this.
const PART_BYTES: usize = 4 << 20;

/// So many items are packed before anybody looks how large the part is.
const SOME: usize = 1024;

/// Bytes on their way into parts.
struct Packer<'a, E> {
    part: Vec<u8>,
    give: &'a mut dyn FnMut(&[u8]) -> Result<(), E>,
}

impl<E> Packer<'_, E> {
    fn array<T: Copy, const N: usize>(&mut self, items: &[T], bytes: fn(T) -> [u8; N]) -> Result<(), E> {
        self.part.extend_from_slice(&(items.len() as u64).to_le_bytes());
        for some in items.chunks(SOME) {
            some.iter().for_each(|item| self.part.extend_from_slice(&bytes(*item)));
            if self.part.len() >= PART_BYTES {
                (self.give)(&self.part)?;
                self.part.clear();
            }
        }
        Ok(())
    }

    fn texts(&mut self, texts: &[String]) -> Result<(), E> {
        self.part.extend_from_slice(&(texts.len() as u64).to_le_bytes());
        texts.iter().try_for_each(|text| self.array(text.as_bytes(), |b| [b]))
    }

    fn lists(&mut self, lists: &Lists<u64>) -> Result<(), E> {
        self.array(lists.ends(), u32::to_le_bytes)?;
        self.array(lists.items(), u64::to_le_bytes)
    }

    fn days(&mut self, days: &[(Day, u32)]) -> Result<(), E> {
        self.array(days, |(day, n)| {
            let (day, n) = (day.0.to_le_bytes(), n.to_le_bytes());
            std::array::from_fn::<u8, 8, _>(|i| if i < 4 { day[i] } else { n[i - 4] })
        })
    }
}

/// Hands the bytes of `written` over, part by part.
pub(super) fn pack<E>(written: &Written, mut give: impl FnMut(&[u8]) -> Result<(), E>) -> Result<(), E> {
    let mut out = Packer { part: Vec::with_capacity(PART_BYTES + SOME * 16), give: &mut give };
    out.part.extend_from_slice(&VERSION.to_le_bytes());
    out.array(&written.births, |run| run.0.into_bytes())?;
    out.part.push(u8::from(written.is_recovered));
    out.texts(&written.columns)?;
    out.texts(&written.purposes)?;
    out.array(&written.ids, |id| id.0)?;
    out.array(&written.born, u32::to_le_bytes)?;
    out.array(&written.until, |day| day.0.to_le_bytes())?;
    out.array(&written.carried, |set| set.0.to_le_bytes())?;
    out.array(&written.names, u64::to_le_bytes)?;
    out.array(&written.prints, u64::to_le_bytes)?;
    out.lists(&written.identities)?;
    out.lists(&written.handles)?;
    out.array(&written.tombs, |id| id.0)?;
    out.array(&written.shadows, |id| id.0)?;
    out.array(&written.shadow_prints, u64::to_le_bytes)?;
    out.array(&written.shadow_until, |day| day.0.to_le_bytes())?;
    out.array(&written.retired, |id| id.0)?;
    out.array(&written.seen, u64::to_le_bytes)?;
    out.array(&written.innocent, u64::to_le_bytes)?;
    let (waiting, since): (Vec<u64>, Vec<Day>) = written.waiting.iter().copied().unzip();
    out.array(&waiting, u64::to_le_bytes)?;
    out.array(&since, |day| day.0.to_le_bytes())?;
    out.days(&written.removed)?;
    out.days(&written.lapsed)?;
    let rest = std::mem::take(&mut out.part);
    (out.give)(&rest)
}

/// Bytes on their way out of parts.
struct Unpacker<'a>(&'a [u8]);

impl Unpacker<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.0.split_first_chunk::<N>()?;
        self.0 = tail;
        Some(*head)
    }

    fn array<T, const N: usize>(&mut self, read: fn([u8; N]) -> T) -> Option<Vec<T>> {
        let len = usize::try_from(u64::from_le_bytes(self.take()?)).ok()?;
        let bytes = len.checked_mul(N).filter(|b| *b <= self.0.len())?;
        let (head, tail) = self.0.split_at(bytes);
        self.0 = tail;
        let (chunks, _) = head.as_chunks::<N>();
        Some(chunks.iter().map(|c| read(*c)).collect())
    }

    fn texts(&mut self) -> Option<Vec<String>> {
        let len = u64::from_le_bytes(self.take()?);
        (0..len).map(|_| String::from_utf8(self.array(|[b]: [u8; 1]| b)?).ok()).collect()
    }

    fn lists(&mut self) -> Option<Lists<u64>> {
        let ends = self.array(u32::from_le_bytes)?;
        Lists::from_parts(ends, self.array(u64::from_le_bytes)?)
    }

    fn waiting(&mut self) -> Option<Vec<(u64, Day)>> {
        let keys = self.array(u64::from_le_bytes)?;
        let since = self.array(|b| Day(i32::from_le_bytes(b)))?;
        (keys.len() == since.len()).then(|| keys.into_iter().zip(since).collect())
    }

    fn days(&mut self) -> Option<Vec<(Day, u32)>> {
        self.array(|b: [u8; 8]| {
            let half = |at: usize| std::array::from_fn(|i| b[at + i]);
            (Day(i32::from_le_bytes(half(0))), u32::from_le_bytes(half(4)))
        })
    }
}

/// Reads what [`pack`] wrote; `None` when it is not that.
pub(super) fn unpack(bytes: &[u8]) -> Option<Written> {
    let mut input = Unpacker(bytes);
    if u32::from_le_bytes(input.take()?) != VERSION {
        return None;
    }
    let written = Written {
        births: input.array(|b| RunId(uuid::Uuid::from_bytes(b)))?,
        is_recovered: input.take::<1>()? == [1],
        columns: input.texts()?,
        purposes: input.texts()?,
        ids: input.array(ClientId)?,
        born: input.array(u32::from_le_bytes)?,
        until: input.array(|b| Day(i32::from_le_bytes(b)))?,
        carried: input.array(|b| PurposeSet::from_bits(u64::from_le_bytes(b)))?,
        names: input.array(u64::from_le_bytes)?,
        prints: input.array(u64::from_le_bytes)?,
        identities: input.lists()?,
        handles: input.lists()?,
        tombs: input.array(ClientId)?,
        shadows: input.array(ClientId)?,
        shadow_prints: input.array(u64::from_le_bytes)?,
        shadow_until: input.array(|b| Day(i32::from_le_bytes(b)))?,
        retired: input.array(ClientId)?,
        seen: input.array(u64::from_le_bytes)?,
        innocent: input.array(u64::from_le_bytes)?,
        waiting: input.waiting()?,
        removed: input.days()?,
        lapsed: input.days()?,
    };
    let cards = written.len();
    let even = written.born.len() == cards
        && written.until.len() == cards
        && written.carried.len() == cards
        && written.names.len() == cards
        && written.prints.len() == cards * written.columns.len()
        && written.shadow_prints.len() == written.shadows.len() * written.columns.len()
        && written.shadow_until.len() == written.shadows.len()
        && written.identities.len() == cards
        && written.handles.len() == cards;
    (even && input.0.is_empty()).then_some(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Written {
        let mut identities = Lists::default();
        identities.extend([1, 2]);
        identities.end();
        identities.end();
        let mut handles = Lists::default();
        handles.end();
        handles.push(u64::MAX);
        handles.end();
        Written {
            births: vec![RunId(uuid::Uuid::from_u128(7)); 3],
            is_recovered: true,
            columns: vec!["name".into(), "телефон".into()],
            purposes: vec!["orders".into()],
            ids: vec![ClientId([1; 10]), ClientId([2; 10])],
            born: vec![1, 2],
            until: vec![Day::FOREVER, Day(3)],
            carried: vec![PurposeSet::from_bits(1); 2],
            names: vec![8, 0],
            prints: vec![1, 2, 3, 0],
            identities,
            handles,
            tombs: vec![ClientId([2; 10])],
            shadows: vec![ClientId([2; 10])],
            shadow_prints: vec![5, 6],
            shadow_until: vec![Day(8)],
            retired: vec![ClientId([9; 10])],
            seen: vec![4],
            innocent: vec![],
            waiting: vec![(5, Day(7)), (6, Day(8))],
            removed: vec![(Day(1), 2), (Day(-3), 4)],
            lapsed: vec![],
        }
    }

    fn packed(written: &Written) -> Vec<u8> {
        let mut bytes = Vec::new();
        let Ok(()) = pack::<std::convert::Infallible>(written, |part| {
            bytes.extend_from_slice(part);
            Ok(())
        });
        bytes
    }

    #[test]
    fn a_state_is_packed_and_unpacked() {
        for written in [sample(), Written::default()] {
            assert_eq!(unpack(&packed(&written)), Some(written));
        }
    }

    #[test]
    fn damaged_bytes_are_no_state() {
        let good = packed(&sample());
        for cut in 0..good.len() {
            assert_eq!(unpack(&good[..cut]), None, "cut at {cut}");
        }
        assert_eq!(unpack(&[good.as_slice(), &[0]].concat()), None, "something follows");
        let mut other = good;
        other[0] = 1;
        assert_eq!(unpack(&other), None, "another version");
    }
}

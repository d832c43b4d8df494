//! Keyed hashes: one master key, and a key of its own for every use and scope.
//!
//! Keys are derived with HKDF-SHA-256 (RFC 5869), hashes are HMAC-SHA-256 (RFC 2104) over
//! length-prefixed parts. A hash of a personal value is personal data still, under a key: it goes with
//! the person (DESIGN section 8).

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// What a key is for: no two uses share one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Use {
    /// Proves that a key belongs to a ledger.
    Canary,
    /// Recognises a row in its own sheet; scope: the source.
    Handle,
    /// Recognises a person in a route; scope: the route.
    Identity,
    /// Makes client ids; scope: the route.
    Id,
    /// Tells whether a field of a card changed; scope: the route.
    Fingerprint,
    /// Tells whether a row changed, as far as a route's matching sees it; scope: the route.
    RowPrint,
    /// Remembers what waits for a person; scope: the route.
    Waiting,
    /// Remembers what was decided about a person; scope: the route.
    Decision,
    /// Remembers refused values.
    Refusal,
    /// Seals a plan; scope: the route.
    Plan,
    /// Seals everything that a run read.
    Seal,
}

impl Use {
    fn label(self) -> &'static str {
        match self {
            Self::Canary => "canary",
            Self::Handle => "handle",
            Self::Identity => "identity",
            Self::Id => "id",
            Self::Fingerprint => "fingerprint",
            Self::RowPrint => "print of a row",
            Self::Waiting => "waiting",
            Self::Decision => "decision",
            Self::Refusal => "refusal",
            Self::Plan => "plan",
            Self::Seal => "seal",
        }
    }
}

/// The master key.
#[derive(Clone)]
pub struct Keys(Zeroizing<[u8; 32]>);

impl Keys {
    /// The keys under a master key.
    #[must_use]
    pub fn new(master: [u8; 32]) -> Self {
        Self(Zeroizing::new(master))
    }

    /// A new master key from the operating system's dice.
    ///
    /// # Errors
    /// When the operating system has none.
    pub fn generate() -> Result<Self, getrandom::Error> {
        let mut master = [0; 32];
        getrandom::fill(&mut master)?;
        Ok(Self::new(master))
    }

    /// Reads 64 hexadecimal digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut master = [0; 32];
        for (byte, digits) in master.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(Self::new(master))
    }

    /// The 64 hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> Zeroizing<String> {
        Zeroizing::new(self.0.iter().fold(String::with_capacity(64), |text, byte| text + &format!("{byte:02x}")))
    }

    /// The hasher of one use in one scope.
    ///
    /// # Panics
    /// Never: both lengths are ones that HKDF and HMAC take.
    #[must_use]
    pub fn hasher(&self, purpose: Use, scope: &str) -> Hasher {
        let kdf = Hkdf::<Sha256>::new(Some(b"sheetbridge/v1"), self.0.as_slice());
        let mut key = Zeroizing::new([0; 32]);
        let label = purpose.label();
        let lengths = [(label.len() as u32).to_be_bytes(), (scope.len() as u32).to_be_bytes()];
        let info: [&[u8]; 4] = [&lengths[0], label.as_bytes(), &lengths[1], scope.as_bytes()];
        kdf.expand_multi_info(&info, key.as_mut_slice()).expect("32 bytes is a length that HKDF gives");
        Hasher(Hmac::new_from_slice(key.as_slice()).expect("HMAC takes keys of any length"))
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// Hashes under one key, which was prepared once.
#[derive(Clone)]
pub struct Hasher(Hmac<Sha256>);

impl Hasher {
    /// The hash of some parts. Parts don't run together: `["ab", "c"]` and `["a", "bc"]` differ.
    #[must_use]
    pub fn full(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&(part.len() as u32).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The first 8 bytes: enough to tell a million values apart (one chance in ten million of any clash).
    #[must_use]
    pub fn short(&self, parts: &[&[u8]]) -> u64 {
        let full = self.full(parts);
        u64::from_be_bytes(std::array::from_fn(|i| full[i]))
    }

    /// The first 16 bytes: for what is kept for years.
    #[must_use]
    pub fn wide(&self, parts: &[&[u8]]) -> [u8; 16] {
        let full = self.full(parts);
        std::array::from_fn(|i| full[i])
    }

    /// A hash that is fed piece by piece, each piece a part of its own.
    #[must_use]
    pub fn stream(&self) -> Stream {
        Stream(self.0.clone())
    }
}

/// See [`Hasher::stream`].
#[derive(Clone)]
pub struct Stream(Hmac<Sha256>);

impl Stream {
    /// Adds a part.
    pub fn part(&mut self, part: &[u8]) {
        self.0.update(&(part.len() as u32).to_be_bytes());
        self.0.update(part);
    }

    /// The hash of all parts.
    #[must_use]
    pub fn finish(self) -> [u8; 32] {
        self.0.finalize().into_bytes().into()
    }
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |text, byte| text + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_and_scopes_have_keys_of_their_own() {
        let keys = Keys::new([7; 32]);
        let hash = |u, scope| keys.hasher(u, scope).short(&[b"+79161234567"]);
        assert_eq!(hash(Use::Identity, "crm"), hash(Use::Identity, "crm"));
        assert_ne!(hash(Use::Identity, "crm"), hash(Use::Identity, "mail"));
        assert_ne!(hash(Use::Identity, "crm"), hash(Use::Handle, "crm"));
        assert_ne!(
            hash(Use::Identity, "crm"),
            Keys::new([8; 32]).hasher(Use::Identity, "crm").short(&[b"+79161234567"])
        );
    }

    #[test]
    fn parts_do_not_run_together() {
        let hasher = Keys::new([7; 32]).hasher(Use::Seal, "");
        assert_ne!(hasher.full(&[b"ab", b"c"]), hasher.full(&[b"a", b"bc"]));
        let mut stream = hasher.stream();
        stream.part(b"ab");
        stream.part(b"c");
        assert_eq!(stream.finish(), hasher.full(&[b"ab", b"c"]));
    }

    #[test]
    fn a_key_is_written_and_read_back() {
        let keys = Keys::new(std::array::from_fn(|i| i as u8));
        assert_eq!(*Keys::parse(&keys.hex()).expect("64 digits").hex(), *keys.hex());
        for wrong in ["", "00", &"z".repeat(64), &"0".repeat(65)] {
            assert!(Keys::parse(wrong).is_none(), "{wrong}");
        }
        assert_eq!(format!("{keys:?}"), "Keys(…)");
    }
}

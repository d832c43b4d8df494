//! The body of an answer, unpacked as it comes and never larger than agreed.

use std::io::{self, Write};

use flate2::write::GzDecoder;
use http_body_util::BodyExt as _;
use hyper::{
    HeaderMap,
    body::{Body, Bytes},
    header::CONTENT_ENCODING,
};

use super::client::Lost;

/// Reads a body to its end: at most `max` bytes, counted when they are unpacked.
pub(super) async fn read<B>(headers: &HeaderMap, mut body: B, max: usize) -> Result<Vec<u8>, (Vec<u8>, Lost)>
where
    B: Body<Data = Bytes, Error = hyper::Error> + Unpin,
{
    let mut sink = match Sink::new(headers, max) {
        Ok(sink) => sink,
        Err(lost) => return Err((Vec::new(), lost)),
    };
    while let Some(frame) = body.frame().await {
        let pushed = match frame {
            Ok(frame) => frame.into_data().map_or(Ok(()), |bytes| sink.push(&bytes)),
            Err(_) => Err(Lost::Broken("the answer was cut off".to_owned())),
        };
        if let Err(lost) = pushed {
            return Err((sink.so_far(), lost));
        }
    }
    sink.finish()
}

/// Where the bytes go.
enum Sink {
    Plain(Bounded),
    Gzip(Box<GzDecoder<Bounded>>),
}

impl Sink {
    fn new(headers: &HeaderMap, max: usize) -> Result<Self, Lost> {
        let bounded = Bounded { bytes: Vec::new(), max, is_over: false };
        match headers.get(CONTENT_ENCODING).map(hyper::header::HeaderValue::as_bytes) {
            None | Some(b"" | b"identity") => Ok(Self::Plain(bounded)),
            Some(b"gzip" | b"x-gzip") => Ok(Self::Gzip(Box::new(GzDecoder::new(bounded)))),
            Some(_) => Err(Lost::Garbled("it is packed in a way that nobody asked for".to_owned())),
        }
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        let (written, bounded) = match self {
            Self::Plain(bounded) => (bounded.write_all(bytes), bounded),
            Self::Gzip(gzip) => (gzip.write_all(bytes), gzip.get_mut()),
        };
        match written {
            Ok(()) => Ok(()),
            Err(_) if bounded.is_over => Err(Lost::TooLarge(bounded.max)),
            Err(_) => Err(Lost::Garbled("it could not be unpacked".to_owned())),
        }
    }

    /// What came before something broke.
    fn so_far(self) -> Vec<u8> {
        match self {
            Self::Plain(bounded) => bounded.bytes,
            Self::Gzip(mut gzip) => std::mem::take(&mut gzip.get_mut().bytes),
        }
    }

    fn finish(self) -> Result<Vec<u8>, (Vec<u8>, Lost)> {
        match self {
            Self::Plain(bounded) => Ok(bounded.bytes),
            Self::Gzip(mut gzip) => {
                let ended = gzip.try_finish();
                let bounded = std::mem::take(gzip.get_mut());
                match ended {
                    Ok(()) => Ok(bounded.bytes),
                    Err(_) if bounded.is_over => Err((bounded.bytes, Lost::TooLarge(bounded.max))),
                    Err(_) => Err((bounded.bytes, Lost::Broken("the answer was cut off".to_owned()))),
                }
            }
        }
    }
}

/// Bytes up to a limit.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
    max: usize,
    is_over: bool,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.max {
            self.is_over = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use flate2::{Compression, write::GzEncoder};

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
        gzip.write_all(bytes).expect("memory takes it");
        gzip.finish().expect("memory takes it")
    }

    /// What comes out when the bytes come in pieces of three.
    fn unpack(encoding: &'static str, bytes: &[u8], max: usize) -> Result<Vec<u8>, Lost> {
        let headers = HeaderMap::from_iter([(CONTENT_ENCODING, encoding.parse().expect("a header"))]);
        let mut sink = Sink::new(&headers, max)?;
        bytes.chunks(3).try_for_each(|piece| sink.push(piece))?;
        sink.finish().map_err(|(_, lost)| lost)
    }

    #[test]
    fn a_body_comes_out_whole_or_not_at_all() {
        let text = "values ".repeat(1000).into_bytes();
        let gzip = packed(&text);
        assert_eq!(unpack("gzip", &gzip, text.len()), Ok(text.clone()));
        assert_eq!(unpack("identity", &text, text.len()), Ok(text.clone()));
        for cut in [1, 8, 9, gzip.len() / 2, gzip.len() - 1, gzip.len()] {
            let lost = unpack("gzip", &gzip[..gzip.len() - cut], text.len());
            assert_eq!(lost, Err(Lost::Broken("the answer was cut off".to_owned())), "{cut} bytes short");
        }
        let mut flipped = gzip.clone();
        flipped[20] ^= 0xff;
        assert!(unpack("gzip", &flipped, text.len()).is_err());
        assert!(matches!(unpack("br", &text, 1), Err(Lost::Garbled(_))));
        assert!(matches!(unpack("gzip", &text, text.len()), Err(Lost::Garbled(_))));
    }

    #[test]
    fn what_is_small_until_it_is_unpacked_is_too_large() {
        let bomb = packed(&vec![0; 10_000_000]);
        assert!(bomb.len() < 20_000);
        assert_eq!(unpack("gzip", &bomb, 1_000_000), Err(Lost::TooLarge(1_000_000)));
        assert_eq!(unpack("identity", &[0; 11], 10), Err(Lost::TooLarge(10)));
    }
}

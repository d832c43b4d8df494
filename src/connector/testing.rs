//! What the tests of connectors share.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

/// The value of a future that awaits nothing, as those of files do.
pub(super) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("it waits for something"),
    }
}

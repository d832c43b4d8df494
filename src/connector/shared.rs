//! What connectors of one process share: an account's token, its connections and its pace.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use crate::http::{Patience, Waits};

/// What the ports of one process share. Each connector keeps in it what it likes, by type.
#[derive(Clone)]
pub struct Shared {
    patience: Patience,
    waits: Waits,
    kept: Arc<Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>>,
}

impl Shared {
    /// Nothing yet. `waits` is told what is waited for.
    #[must_use]
    pub fn new(patience: Patience, waits: Waits) -> Self {
        Self { patience, waits, kept: Arc::default() }
    }

    /// The one of its type, which is made when it is first asked for.
    pub(crate) fn the<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let any = kept.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default()));
        Arc::clone(any).downcast().unwrap_or_else(|_| unreachable!("it is kept by its type"))
    }

    /// Whom to tell of a wait.
    pub(crate) fn waits(&self) -> Waits {
        Arc::clone(&self.waits)
    }

    /// How long a server is waited for.
    pub(crate) fn patience(&self) -> &Patience {
        &self.patience
    }
}

impl Default for Shared {
    /// Tells nobody.
    fn default() -> Self {
        Self::new(Patience::default(), Arc::new(|_| {}))
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shared")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_is_kept_once_and_clones_share_it() {
        let shared = Shared::default();
        *shared.the::<Mutex<u8>>().lock().expect("whole") = 7;
        assert_eq!(*shared.clone().the::<Mutex<u8>>().lock().expect("whole"), 7);
        assert_eq!(*shared.the::<Mutex<u16>>().lock().expect("whole"), 0);
        assert_eq!(*Shared::default().the::<Mutex<u8>>().lock().expect("whole"), 0);
    }
}

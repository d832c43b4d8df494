//! The gates. What a route sees is decided before any matching ([`project`]); what refusals take away is
//! taken after it ([`close`]). Nobody else can make a [`Granted`] or a [`Cleared`] value.
//!
//! ```compile_fail,E0451
//! let forged = sheetbridge::gate::Granted { route: sheetbridge::gate::RouteId(0), of: () };
//! ```
//! ```compile_fail,E0451
//! let forged = sheetbridge::gate::Cleared { route: sheetbridge::gate::RouteId(0), of: () };
//! ```

mod close;
mod named;
mod project;

pub use close::{Around, Closed, May, close};
pub use named::named;
pub use project::{Mark, Rows, Seen, SeenCell, project};

/// Names a route of the config by its place there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RouteId(pub u16);

/// Something made of nothing but what one route may see.
#[derive(Clone, Debug)]
pub struct Granted<T> {
    route: RouteId,
    of: T,
}

/// Something from which refusals have taken theirs away.
#[derive(Clone, Debug)]
pub struct Cleared<T> {
    route: RouteId,
    of: T,
}

impl<T> Granted<T> {
    /// The route.
    #[must_use]
    pub fn route(&self) -> RouteId {
        self.route
    }

    /// What was granted.
    #[must_use]
    pub fn get(&self) -> &T {
        &self.of
    }

    /// Makes something of what was granted, and of nothing else; it keeps the route.
    pub(crate) fn map<U>(&self, make: impl FnOnce(&T) -> U) -> Granted<U> {
        Granted { route: self.route, of: make(&self.of) }
    }
}

impl<T: Default> Cleared<T> {
    /// Nothing, of a route: where something is done that no row asks for.
    #[must_use]
    pub fn nothing(route: RouteId) -> Self {
        Self { route, of: T::default() }
    }
}

impl<T> Cleared<T> {
    /// The route.
    #[must_use]
    pub fn route(&self) -> RouteId {
        self.route
    }

    /// What was cleared.
    #[must_use]
    pub fn get(&self) -> &T {
        &self.of
    }
}

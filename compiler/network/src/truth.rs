//! Three-valued truth, and the two ways to take what is not known.
//!
//! Must not know: what is judged.

/// Whether something is so, in every deployment that a program allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// It is not.
    No,
    /// Only the deployment knows.
    Perhaps,
    /// It is.
    Yes,
}

impl Truth {
    pub(crate) const fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    pub(crate) fn and(self, other: Self) -> Self {
        self.min(other)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        self.max(other)
    }
}

/// How what is not known is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// As open: what is blocked then is blocked in every deployment.
    May,
    /// As closed: what arrives then arrives in every deployment.
    Must,
}

impl Mode {
    pub fn takes(self, truth: Truth) -> bool {
        truth >= if self == Self::May { Truth::Perhaps } else { Truth::Yes }
    }
}

//! Three-valued truth: a value that is only known at deployment may or may not conform.

/// Whether a value conforms to a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// It does not, whatever the late parts turn out to be.
    No,
    /// That depends on late parts.
    Maybe,
    /// It does, whatever the late parts turn out to be.
    Yes,
}

impl Verdict {
    pub(crate) const fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    /// Both conditions.
    pub(crate) fn and(self, other: Self) -> Self {
        self.min(other)
    }

    /// At least one of the conditions.
    pub(crate) fn or(self, other: Self) -> Self {
        self.max(other)
    }

    /// The opposite condition.
    pub(crate) const fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Maybe => Self::Maybe,
            Self::Yes => Self::No,
        }
    }

    /// One of two, it is not known which.
    pub(crate) fn either(self, other: Self) -> Self {
        if self == other { self } else { Self::Maybe }
    }

    /// Exactly one of many.
    pub(crate) fn exactly_one(all: impl Iterator<Item = Self>) -> Self {
        let (mut sure, mut possible) = (0_u32, 0_u32);
        for verdict in all {
            match verdict {
                Self::No => {}
                Self::Maybe => possible += 1,
                Self::Yes => sure += 1,
            }
        }
        match (sure, possible) {
            (0, 0) | (2.., _) => Self::No,
            (1, 0) => Self::Yes,
            _ => Self::Maybe,
        }
    }
}

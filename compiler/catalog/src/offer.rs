//! What AWS offers where: values of properties, such as instance types, that only some regions or engines have.
//!
//! The tables are large and age fast, so they have a file of their own, `offers.bin`, in which a table is decoded when it
//! is asked for. The facts of a resource type say which of its properties have one; types that take the same values share
//! it.

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

use crate::bundle::{Bundle, BundleError, Cursor, leak};
use crate::facts::Regions;
use crate::pack::Writer;

/// A property of which AWS offers only some values, depending on the region.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    /// Where the property is, `LaunchTemplateData/InstanceType`.
    pub pointer: &'static str,
    /// What must be so in the properties of the resource for the values to be these.
    pub when: &'static [When],
    /// The name of the table.
    pub table: &'static str,
}

impl Offer {
    /// The values; `None` if the catalog has no such table, which is not so for types of the catalog itself.
    pub fn values(&self) -> Option<&'static Offered> {
        OFFERS.find(self.table)
    }
}

/// A condition on a property of the resource.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct When {
    /// The property's name, `Engine`.
    pub property: &'static str,
    /// What it must be.
    pub test: Test,
}

/// What a property must be.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Test {
    /// Not given.
    Absent,
    /// One of these texts, in any case.
    OneOf(&'static [&'static str]),
    /// One of these versions, or one below: `8.0` is `8.0.35` too.
    Version(&'static [&'static str]),
}

impl Test {
    /// Whether a text passes.
    pub fn accepts(self, text: &str) -> bool {
        match self {
            Self::Absent => false,
            Self::OneOf(texts) => texts.iter().any(|known| known.eq_ignore_ascii_case(text)),
            Self::Version(versions) => versions.iter().any(|version| {
                text.strip_prefix(version).is_some_and(|below| below.is_empty() || below.starts_with('.'))
            }),
        }
    }
}

/// A table: values and the regions that offer them.
#[derive(Debug)]
pub struct Offered {
    /// The regions about which the table says anything.
    covered: Regions,
    /// Sorted by value.
    values: &'static [(&'static str, u64)],
}

impl Offered {
    /// Whether the table says what `region` offers.
    pub fn covers(&self, region: &str) -> bool {
        self.covered.contains(region) == Some(true)
    }

    /// The regions that offer a value; `None` if none does.
    pub fn regions(&self, value: &str) -> Option<Regions> {
        let at = self.values.binary_search_by(|(known, _)| (*known).cmp(value)).ok()?;
        Some(Regions { mask: self.values[at].1, ..self.covered })
    }

    /// All values that are offered somewhere, sorted.
    pub fn values(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.values.iter().map(|(value, _)| *value)
    }

    /// The values that a region offers, sorted.
    pub fn values_in(&self, region: &str) -> impl Iterator<Item = &'static str> + use<'_> {
        let at = self.covered.known.iter().position(|known| *known == region);
        let bit = at.map_or(0, |at| 1 << at);
        self.values.iter().filter(move |(_, mask)| mask & bit != 0).map(|(value, _)| *value)
    }

    /// Whether regions offer different values. Those of versions of an engine are the same everywhere.
    pub fn is_regional(&self) -> bool {
        self.covered.mask != EVERYWHERE
    }
}

/// The regions of a table that knows no differences between them.
pub const EVERYWHERE: u64 = u64::MAX;

static OFFERS_BYTES: &[u8] = include_bytes!("../data/offers.bin");
static OFFERS: LazyLock<Catalog> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "INVARIANT: the embedded file is the one a test opens")]
    Catalog::open(OFFERS_BYTES).expect("offers.bin is written by this version of the catalog generator")
});

/// An opened file of tables.
#[derive(Debug)]
#[doc(hidden)]
pub struct Catalog {
    bundle: &'static Bundle,
    tables: Box<[OnceLock<&'static Offered>]>,
    regions: &'static [&'static str],
}

impl Catalog {
    /// Opens a file of tables.
    pub fn open(bytes: &'static [u8]) -> Result<Self, BundleError> {
        let bundle: &'static Bundle = Box::leak(Box::new(Bundle::open(bytes)?));
        let tables = (0..bundle.len()).map(|_| OnceLock::new()).collect();
        Ok(Self { bundle, tables, regions: bundle.globals().list() })
    }

    /// The names of all tables, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        let bundle = self.bundle;
        (0..bundle.len()).map(|entry| bundle.name(entry))
    }

    /// The table of this name.
    pub fn find(&self, name: &str) -> Option<&'static Offered> {
        let at = self.bundle.find(name)?;
        let read = || &*Box::leak(Box::new(read_table(self.regions, &mut self.bundle.entry(at))));
        Some(self.tables[at].get_or_init(read))
    }
}

/// A table as the generator has it: bits of the regions it covers, and of those that offer each value.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
#[doc(hidden)]
pub struct Table {
    pub covered: u64,
    pub values: BTreeMap<String, u64>,
}

/// Values that are offered in the same regions stand together, so that the regions are written once.
pub(crate) fn write_table(w: &mut Writer<'_>, table: &Table) {
    let mut groups: BTreeMap<u64, Vec<&str>> = BTreeMap::new();
    for (value, mask) in &table.values {
        groups.entry(*mask).or_default().push(value);
    }
    w.number(table.covered);
    w.len(groups.len());
    for (mask, values) in groups {
        w.number(mask);
        w.list(&values);
    }
}

fn read_table(regions: &'static [&'static str], c: &mut Cursor) -> Offered {
    let covered = Regions { known: regions, mask: c.number() };
    let mut values = Vec::new();
    for _ in 0..c.len() {
        let mask = c.number();
        values.extend(c.list().iter().map(|value| (*value, mask)));
    }
    values.sort_unstable();
    Offered { covered, values: leak(values) }
}

pub(crate) fn write(w: &mut Writer<'_>, offer: &Offer) {
    w.text(offer.pointer);
    w.many(offer.when, |w, when| {
        w.text(when.property);
        match when.test {
            Test::Absent => w.byte(0),
            Test::OneOf(texts) => {
                w.byte(1);
                w.list(texts);
            }
            Test::Version(versions) => {
                w.byte(2);
                w.list(versions);
            }
        }
    });
    w.text(offer.table);
}

pub(crate) fn read(c: &mut Cursor) -> Offer {
    Offer {
        pointer: c.text(),
        when: c.many(|c| When {
            property: c.text(),
            test: match c.byte() {
                0 => Test::Absent,
                1 => Test::OneOf(c.list()),
                _ => Test::Version(c.list()),
            },
        }),
        table: c.text(),
    }
}

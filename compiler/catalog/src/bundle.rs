//! The container of the data files: strings once, lists of strings once, then one block of bytes per entry.
//!
//! ```text
//! magic  8 bytes          `CI-FACTS`
//! u32    format version, then the counts and sizes of the sections below
//! u32[]  offsets of strings   u32[] offsets of lists   u32[] names of entries   u32[] offsets of entries
//! bytes  strings  lists  entries  globals
//! ```
//!
//! Numbers are little-endian; inside lists, entries and globals they are LEB128. Nothing is parsed when a bundle is
//! opened: a lookup is a binary search over the entry names, and strings come back as slices of the embedded file.
//!
//! INVARIANT: the bytes come from [`write`](crate::pack) and are compared with their checksum by a test, so offsets are in
//! range and strings are UTF-8. A damaged file may panic with an index out of range; it cannot be reached by user input.

/// Identifies the file and, with the version, its layout.
pub(crate) const MAGIC: &[u8; 8] = b"CI-FACTS";
/// Raised whenever the layout or the meaning of any field changes.
pub(crate) const VERSION: u32 = 2;
/// Number of `u32`s after the magic: version, strings, lists, entries, then the four byte sizes.
pub(crate) const HEADER_WORDS: usize = 8;

/// An opened data file.
#[derive(Debug)]
pub(crate) struct Bundle {
    string_offsets: &'static [u8],
    list_offsets: &'static [u8],
    names: &'static [u8],
    entry_offsets: &'static [u8],
    strings: &'static [u8],
    lists: &'static [u8],
    entries: &'static [u8],
    globals: &'static [u8],
}

/// Why bytes are not a bundle this program can read.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum BundleError {
    /// The file does not begin like a bundle, or ends too early.
    NotABundle,
    /// It was written by another version of this program.
    OtherVersion(u32),
}

impl std::fmt::Display for BundleError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotABundle => f.write_str("not a catalog file"),
            Self::OtherVersion(version) => {
                write!(f, "catalog file of format {version}, this program reads {VERSION}")
            }
        }
    }
}

impl std::error::Error for BundleError {}

impl Bundle {
    /// Opens a data file. Checks the header and the sizes of the sections only.
    pub(crate) fn open(bytes: &'static [u8]) -> Result<Self, BundleError> {
        let header_len = MAGIC.len() + HEADER_WORDS * 4;
        if bytes.len() < header_len || &bytes[..MAGIC.len()] != MAGIC {
            return Err(BundleError::NotABundle);
        }
        let word = |at: usize| word_at(&bytes[MAGIC.len()..], at);
        if word(0) != VERSION as usize {
            return Err(BundleError::OtherVersion(word(0) as u32));
        }
        let (strings, lists, entries) = (word(1), word(2), word(3));
        let mut rest = &bytes[header_len..];
        let mut take = |len: usize| {
            let (section, tail) = rest.split_at_checked(len).ok_or(BundleError::NotABundle)?;
            rest = tail;
            Ok(section)
        };
        Ok(Self {
            string_offsets: take((strings + 1) * 4)?,
            list_offsets: take((lists + 1) * 4)?,
            names: take(entries * 4)?,
            entry_offsets: take((entries + 1) * 4)?,
            strings: take(word(4))?,
            lists: take(word(5))?,
            entries: take(word(6))?,
            globals: take(word(7))?,
        })
    }

    /// Number of entries.
    pub(crate) fn len(&self) -> usize {
        self.names.len() / 4
    }

    /// The name of an entry; entries are sorted by name.
    pub(crate) fn name(&self, entry: usize) -> &'static str {
        self.string(word_at(self.names, entry))
    }

    /// The entry of this name.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low.midpoint(high);
            // The order of texts is that of their bytes.
            match self.bytes(word_at(self.names, middle)).cmp(name.as_bytes()) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// The first entry from `start` on for whose name `holds` is not true; it is true of those before and no later ones.
    pub(crate) fn after(&self, start: usize, holds: impl Fn(&[u8]) -> bool) -> usize {
        let (mut low, mut high) = (start, self.len());
        while low < high {
            let middle = low.midpoint(high);
            if holds(self.bytes(word_at(self.names, middle))) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The bytes of an entry.
    pub(crate) fn entry(&'static self, entry: usize) -> Cursor {
        Cursor::new(self, slice(self.entries, self.entry_offsets, entry))
    }

    /// The bytes that belong to no entry.
    pub(crate) fn globals(&'static self) -> Cursor {
        Cursor::new(self, self.globals)
    }

    fn string(&self, id: usize) -> &'static str {
        // INVARIANT: all strings are UTF-8 (see the module's documentation), so the default is never used.
        std::str::from_utf8(self.bytes(id)).unwrap_or_default()
    }

    /// A string as it is stored.
    fn bytes(&self, id: usize) -> &'static [u8] {
        slice(self.strings, self.string_offsets, id)
    }

    fn list(&'static self, id: usize) -> &'static [&'static str] {
        let mut cursor = Cursor::new(self, slice(self.lists, self.list_offsets, id));
        let len = cursor.len();
        leak((0..len).map(|_| cursor.text()).collect())
    }
}

fn word_at(bytes: &[u8], at: usize) -> usize {
    let at = at * 4;
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]) as usize
}

fn slice(bytes: &'static [u8], offsets: &'static [u8], at: usize) -> &'static [u8] {
    &bytes[word_at(offsets, at)..word_at(offsets, at + 1)]
}

/// Makes a slice live as long as the process. Everything decoded is kept, and decoded once: the catalog is finite.
pub(crate) fn leak<T>(items: Vec<T>) -> &'static [T] {
    if items.is_empty() { &[] } else { Box::leak(items.into_boxed_slice()) }
}

/// Reads the values of one block in the order they were written.
#[derive(Copy, Clone, Debug)]
pub(crate) struct Cursor {
    bundle: &'static Bundle,
    bytes: &'static [u8],
    at: usize,
}

impl Cursor {
    fn new(bundle: &'static Bundle, bytes: &'static [u8]) -> Self {
        Self { bundle, bytes, at: 0 }
    }

    /// The same block from `offset`, counted from its beginning.
    pub(crate) fn seek(self, offset: usize) -> Self {
        Self { at: offset, ..self }
    }

    /// How far the reading is.
    pub(crate) fn position(&self) -> usize {
        self.at
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let byte = self.bytes[self.at];
        self.at += 1;
        byte
    }

    pub(crate) fn number(&mut self) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = self.byte();
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return value;
            }
            shift += 7;
        }
    }

    pub(crate) fn len(&mut self) -> usize {
        self.number() as usize
    }

    pub(crate) fn index(&mut self) -> u32 {
        self.number() as u32
    }

    pub(crate) fn signed(&mut self) -> i64 {
        let raw = self.number();
        (raw >> 1).cast_signed() ^ -(raw & 1).cast_signed()
    }

    /// A number: whole ones as such, others by their bits.
    pub(crate) fn float(&mut self) -> f64 {
        if self.byte() == 0 {
            // Whole numbers are written this way only if that loses nothing.
            #[expect(clippy::cast_precision_loss, reason = "the writer checked that it is exact")]
            return self.signed() as f64;
        }
        let mut bits = [0; 8];
        bits.copy_from_slice(&self.bytes[self.at..self.at + 8]);
        self.at += 8;
        f64::from_le_bytes(bits)
    }

    pub(crate) fn flag(&mut self) -> bool {
        self.byte() != 0
    }

    pub(crate) fn text(&mut self) -> &'static str {
        let id = self.len();
        self.bundle.string(id)
    }

    pub(crate) fn optional_text(&mut self) -> Option<&'static str> {
        self.flag().then(|| self.text())
    }

    pub(crate) fn list(&mut self) -> &'static [&'static str] {
        let id = self.len();
        self.bundle.list(id)
    }

    /// A counted sequence.
    pub(crate) fn many<T>(&mut self, mut read: impl FnMut(&mut Self) -> T) -> &'static [T] {
        let len = self.len();
        leak((0..len).map(|_| read(self)).collect())
    }
}

//! Texts that match a pattern: what a regular expression can make, written out as short as it may be.
//!
//! Knows the constructs that schemas use. Look-around and back-references are passed over; whoever asks checks the
//! texts against the real matcher.

/// How deep groups may nest.
const MAX_DEPTH: usize = 40;
/// Characters to make texts of, the plainest first.
const PLAIN: &str =
    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./:@ +=,#$%&*()!?~^'\"\\|<>[]{};`\n\t";

/// A piece of a pattern.
#[derive(Clone, Debug)]
enum Piece {
    /// One of these.
    Class(Vec<char>),
    /// One after the other.
    Sequence(Vec<Piece>),
    /// One of them.
    Either(Vec<Piece>),
    /// So many times.
    Repeat(Box<Piece>, usize, usize),
}

/// Texts that the pattern may match, differing in length and in the alternatives taken.
pub fn texts(pattern: &str) -> impl Iterator<Item = String> + use<> {
    let characters: Vec<char> = pattern.chars().collect();
    let mut reader = Reader { characters, at: 0 };
    let piece = reader.either(0);
    let extras = [0_usize, 1, 2, 3, 4, 6, 7, 8, 10, 11, 12, 16, 19, 20, 24, 30, 32, 35, 36, 40, 60, 64, 100];
    (0..4_usize).flat_map(move |first| {
        let piece = piece.clone();
        extras.into_iter().flat_map(move |extra| {
            let piece = piece.clone();
            (0..8_usize).map(move |branch| {
                let mut text = String::new();
                let mut writer = Writer { extra, branch, first, taken: 0 };
                writer.write(&piece, &mut text);
                text
            })
        })
    })
}

struct Reader {
    characters: Vec<char>,
    at: usize,
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek();
        self.at += usize::from(next.is_some());
        next
    }

    fn eat(&mut self, text: &str) -> bool {
        let fits =
            text.chars().enumerate().all(|(index, c)| self.characters.get(self.at + index) == Some(&c));
        if fits {
            self.at += text.chars().count();
        }
        fits
    }

    fn either(&mut self, depth: usize) -> Piece {
        let mut branches = vec![self.sequence(depth)];
        while self.eat("|") {
            branches.push(self.sequence(depth));
        }
        if branches.len() == 1 { branches.remove(0) } else { Piece::Either(branches) }
    }

    fn sequence(&mut self, depth: usize) -> Piece {
        let mut pieces = Vec::new();
        while let Some(next) = self.peek() {
            if next == '|' || next == ')' {
                break;
            }
            self.at += 1;
            let piece = match next {
                '^' | '$' => continue,
                '(' => match self.group(depth) {
                    Some(piece) => piece,
                    None => continue,
                },
                '[' => Piece::Class(self.class()),
                '.' => Piece::Class(PLAIN.chars().filter(|c| *c != '\n').collect()),
                '\\' => match self.escape() {
                    Some(class) => Piece::Class(class),
                    None => continue,
                },
                other => Piece::Class(vec![other]),
            };
            pieces.push(self.repeated(piece));
        }
        Piece::Sequence(pieces)
    }

    /// What stands in parentheses; nothing for what only looks ahead or behind.
    fn group(&mut self, depth: usize) -> Option<Piece> {
        let looks = ["?=", "?!", "?<=", "?<!"].iter().any(|look| self.eat(look));
        if !looks && !self.eat("?:") && self.eat("?") {
            // A name or flags.
            while let Some(next) = self.peek() {
                if next == ')' {
                    self.at += 1;
                    return None;
                }
                self.at += 1;
                if next == '>' || next == ':' {
                    break;
                }
            }
        }
        let inner = if depth < MAX_DEPTH { self.either(depth + 1) } else { Piece::Sequence(Vec::new()) };
        self.eat(")");
        if looks {
            self.repeated(Piece::Sequence(Vec::new()));
            return None;
        }
        Some(inner)
    }

    fn repeated(&mut self, piece: Piece) -> Piece {
        let bounds = match self.peek() {
            Some('*') => (0, usize::MAX),
            Some('+') => (1, usize::MAX),
            Some('?') => (0, 1),
            Some('{') => match self.bounds() {
                Some(bounds) => bounds,
                None => return piece,
            },
            _ => return piece,
        };
        self.at += 1;
        // Greedy, lazy or possessive: the same texts.
        if matches!(self.peek(), Some('?' | '+')) {
            self.at += 1;
        }
        Piece::Repeat(Box::new(piece), bounds.0, bounds.1)
    }

    /// `{2}`, `{2,}`, `{2,5}`; leaves off at the closing brace.
    fn bounds(&mut self) -> Option<(usize, usize)> {
        let end = self.characters[self.at..].iter().position(|c| *c == '}')?;
        let inner: String = self.characters[self.at + 1..self.at + end].iter().collect();
        let (least, most) = match inner.split_once(',') {
            None => (inner.trim().parse().ok()?, inner.trim().parse().ok()?),
            Some((least, "")) => (least.trim().parse().ok()?, usize::MAX),
            Some(("", most)) => (0, most.trim().parse().ok()?),
            Some((least, most)) => (least.trim().parse().ok()?, most.trim().parse().ok()?),
        };
        self.at += end;
        Some((least, most))
    }

    /// After a backslash, outside of a class.
    fn escape(&mut self) -> Option<Vec<char>> {
        let next = self.next()?;
        match next {
            'b' | 'B' | 'A' | 'z' | 'Z' => None,
            other => Some(self.escaped(other)),
        }
    }

    fn escaped(&mut self, next: char) -> Vec<char> {
        let plain = |wanted: fn(&char) -> bool| PLAIN.chars().filter(wanted).collect();
        match next {
            'd' => plain(char::is_ascii_digit),
            'w' => plain(|c| c.is_ascii_alphanumeric() || *c == '_'),
            's' => vec![' '],
            'S' => plain(|c| !c.is_whitespace()),
            'D' => plain(|c| !c.is_ascii_digit()),
            'W' => plain(|c| !(c.is_ascii_alphanumeric() || *c == '_')),
            'n' => vec!['\n'],
            'r' => vec!['\r'],
            't' => vec!['\t'],
            'p' | 'P' => {
                let mut name = String::new();
                if self.eat("{") {
                    while let Some(c) = self.next().filter(|c| *c != '}') {
                        name.push(c);
                    }
                } else {
                    name.extend(self.next());
                }
                match name.as_str() {
                    "L" | "IsAlphabetic" | "Alpha" | "IsLetter" => plain(char::is_ascii_alphabetic),
                    "N" | "Nd" | "IsDigit" | "Digit" => plain(char::is_ascii_digit),
                    "Lu" => plain(char::is_ascii_uppercase),
                    "Ll" => plain(char::is_ascii_lowercase),
                    "Z" | "Zs" => vec![' '],
                    "P" => plain(|c| "-_.,:;!?".contains(*c)),
                    "S" => plain(|c| "+=$<>|~^".contains(*c)),
                    _ => plain(char::is_ascii_alphanumeric),
                }
            }
            'u' => self.code(4),
            'x' => self.code(2),
            other => vec![other],
        }
    }

    fn code(&mut self, digits: usize) -> Vec<char> {
        let end = (self.at + digits).min(self.characters.len());
        let text: String = self.characters[self.at..end].iter().collect();
        let code = u32::from_str_radix(&text, 16).ok();
        if code.is_some() {
            self.at = end;
        }
        code.and_then(char::from_u32).into_iter().collect()
    }

    fn class(&mut self) -> Vec<char> {
        let negated = self.eat("^");
        let mut ranges: Vec<(char, char)> = Vec::new();
        let mut first = true;
        while let Some(next) = self.next() {
            if next == ']' && !first {
                break;
            }
            first = false;
            let start: Vec<char> = if next == '\\' {
                let escaped = self.next().unwrap_or('\\');
                self.escaped(escaped)
            } else {
                vec![next]
            };
            let is_range = start.len() == 1
                && self.peek() == Some('-')
                && self.characters.get(self.at + 1).is_some_and(|c| *c != ']');
            if !is_range {
                ranges.extend(start.into_iter().map(|c| (c, c)));
                continue;
            }
            self.at += 1;
            let end = match self.next() {
                Some('\\') => {
                    let escaped = self.next().unwrap_or('\\');
                    self.escaped(escaped).into_iter().next()
                }
                end => end,
            };
            ranges.extend(start.into_iter().zip(end));
        }
        let within = |c: char| ranges.iter().any(|(start, end)| (*start..=*end).contains(&c));
        let mut found: Vec<char> = PLAIN.chars().filter(|c| within(*c) != negated).collect();
        if found.is_empty() && !negated {
            found.extend(ranges.first().map(|(start, _)| *start));
        }
        found
    }
}

/// Writes a text that a pattern matches.
struct Writer {
    /// How many more times than necessary pieces are repeated.
    extra: usize,
    /// The alternatives taken, as digits: the first choice takes the last digit.
    branch: usize,
    /// How far into classes characters are taken.
    first: usize,
    taken: usize,
}

impl Writer {
    fn write(&mut self, piece: &Piece, text: &mut String) {
        match piece {
            Piece::Class(characters) => {
                let at = if characters.len() > 1 {
                    (self.first + self.taken) % characters.len().min(6)
                } else {
                    0
                };
                self.taken += 1;
                text.extend(characters.get(at));
            }
            Piece::Sequence(pieces) => {
                for piece in pieces {
                    self.write(piece, text);
                }
            }
            Piece::Either(branches) => {
                let at = self.branch % branches.len();
                self.write(&branches[at], text);
            }
            Piece::Repeat(piece, least, most) => {
                let times = least.saturating_add(self.extra).min(*most).min(4_096);
                for _ in 0..times {
                    self.write(piece, text);
                }
            }
        }
    }
}

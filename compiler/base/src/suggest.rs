//! "Did you mean": the nearest of a set of names.

/// Among more names of about the right length than this there is none to be suggested: programs of people have fewer,
/// and one of a machine, with a mistake on every line, would be searched forever.
const MOST_CANDIDATES: usize = 2_000;

/// The candidate nearest to `name`, if one is near enough to be a slip of the keyboard.
///
/// Near enough: equal but for case, or an edit distance (with transpositions) of at most a third of the name's
/// length. Ties go to the alphabetically first candidate, so the answer does not depend on their order.
pub fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written: Vec<char> = name.chars().collect();
    let limit = (written.len() / 3).max(1);
    // What is longer or shorter by more than the limit is further away than it.
    let near = candidates.into_iter().filter(|other| other.chars().count().abs_diff(written.len()) <= limit);
    let near: Vec<&str> = near.take(MOST_CANDIDATES + 1).collect();
    if near.len() > MOST_CANDIDATES {
        return None;
    }
    let mut rows = Rows::default();
    let mut nearest: Option<(usize, &str)> = None;
    for candidate in near {
        let distance = if candidate.eq_ignore_ascii_case(name) {
            Some(0)
        } else {
            rows.distance(&written, candidate, limit)
        };
        if let Some(distance) = distance
            && nearest.is_none_or(|nearest| (distance, candidate) < nearest)
        {
            nearest = Some((distance, candidate));
        }
    }
    nearest.map(|(_, candidate)| candidate)
}

/// The last three rows of the table of distances between the beginnings of two names, kept for the next two.
#[derive(Default)]
struct Rows {
    right: Vec<char>,
    before: Vec<usize>,
    previous: Vec<usize>,
    current: Vec<usize>,
}

impl Rows {
    /// The optimal string alignment distance (insertions, deletions, substitutions and swaps of neighbours), if it is
    /// at most `limit`.
    fn distance(&mut self, left: &[char], right: &str, limit: usize) -> Option<usize> {
        let Self { right: letters, before, previous, current } = self;
        letters.clear();
        letters.extend(right.chars());
        previous.clear();
        previous.extend(0..=letters.len());
        let mut least = 0;
        for (row, a) in left.iter().enumerate() {
            current.clear();
            current.push(row + 1);
            for (column, b) in letters.iter().enumerate() {
                let substitution = previous[column] + usize::from(a != b);
                let mut cost = substitution.min(previous[column + 1] + 1).min(current[column] + 1);
                if row > 0 && column > 0 && *a == letters[column - 1] && left[row - 1] == *b {
                    cost = cost.min(before[column - 1] + 1);
                }
                current.push(cost);
            }
            // A row is made from the two before it, so it cannot get better any more.
            let (above, here) = (least, current.iter().min().copied().unwrap_or_default());
            if above.min(here) > limit {
                return None;
            }
            least = here;
            std::mem::swap(before, previous);
            std::mem::swap(previous, current);
        }
        previous.last().copied().filter(|distance| *distance <= limit)
    }
}

#[cfg(test)]
mod tests;

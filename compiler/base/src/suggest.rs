//! "Did you mean": the nearest of a set of names.

/// Among more names of about the right length than this there is none to be suggested: programs of people have fewer,
/// and one of a machine, with a mistake on every line, would be searched forever.
const MOST_CANDIDATES: usize = 2_000;

/// With less letters than this a name is a part of too much: `Id`, `Arn`.
const SHORTEST_PART: usize = 4;

/// The candidate nearest to `name`, if one is near enough to be a slip of the keyboard.
///
/// Near enough: equal but for case, or an edit distance (with transpositions) of at most a third of the name's
/// length that leaves more than half of the letters, if only in another order: of one letter nothing is left. Ties go to the
/// alphabetically first candidate, so the answer does not depend on their order.
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
            let length = written.len().max(candidate.chars().count());
            let leaves_most = |distance: usize| (length - distance) * 2 > length;
            rows.distance(&written, candidate, limit)
                .filter(|distance| leaves_most(*distance) || has_same_letters(&written, candidate))
        };
        if let Some(distance) = distance
            && nearest.is_none_or(|nearest| (distance, candidate) < nearest)
        {
            nearest = Some((distance, candidate));
        }
    }
    nearest.map(|(_, candidate)| candidate)
}

fn has_same_letters(left: &[char], right: &str) -> bool {
    let (mut left, mut right) = (left.to_vec(), right.chars().collect::<Vec<char>>());
    left.sort_unstable();
    right.sort_unstable();
    left == right
}

/// The only candidate that a name is a part of, word by word, if it is a third of it or more: `QueueName` for `Name`, also with
/// slips of the keyboard. It is a guess, where [`did_you_mean`] is nearly sure.
pub fn part_of<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let written = words(name);
    let letters = |words: &[String]| words.iter().map(|word| word.chars().count()).sum::<usize>();
    let length = letters(&written);
    if length < SHORTEST_PART {
        return None;
    }
    let mut found = candidates.into_iter().filter(|candidate| {
        let mut known = words(candidate);
        let whole = letters(&known);
        // Every word takes one of the candidate's.
        let is_part = written.iter().all(|word| {
            let at = known.iter().position(|known| did_you_mean(word, [known.as_str()]).is_some());
            at.map(|at| known.remove(at)).is_some()
        });
        is_part && length * 3 >= whole
    });
    found.next().filter(|_| found.next().is_none())
}

/// The words of a name in small letters: of `queue_name`, `queue-name` and `QueueName` the same two.
fn words(name: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut word = String::new();
    let mut before = None;
    for letter in name.chars() {
        let is_hump = letter.is_uppercase() && before.is_some_and(|before: char| !before.is_uppercase());
        if (is_hump || !letter.is_alphanumeric()) && !word.is_empty() {
            found.push(std::mem::take(&mut word));
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
        before = Some(letter);
    }
    if !word.is_empty() {
        found.push(word);
    }
    found
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

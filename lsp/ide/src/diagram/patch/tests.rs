use proptest::prelude::*;

use super::*;

/// A name, a place, a look.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Thing(u8, i32, u8);

impl Piece for Thing {
    type Key<'a> = u8;
    type Way = i32;

    fn key(&self) -> u8 {
        self.0
    }

    fn way_to(&self, later: &Self) -> Option<i32> {
        (self.2 == later.2).then_some(later.1 - self.1)
    }
}

/// What somebody does who has the old list.
fn applied(old: &[Thing], steps: &[Step<'_, Thing>]) -> Vec<Thing> {
    let mut new = Vec::new();
    let mut used = vec![false; old.len()];
    for step in steps {
        match step {
            Step::Keep { first, count, way } => {
                assert!(*count > 0);
                for position in *first..first + count {
                    assert!(!std::mem::replace(&mut used[position], true), "{position} is named twice");
                    let Thing(name, at, look) = old[position];
                    new.push(Thing(name, at + way, look));
                }
            }
            Step::Put { piece, instead } => {
                if let Some(position) = *instead {
                    assert!(!std::mem::replace(&mut used[position], true), "{position} is named twice");
                    assert_eq!(old[position].0, piece.0, "another thing would become this one");
                }
                new.push((*piece).clone());
            }
        }
    }
    new
}

fn things() -> impl Strategy<Value = Vec<Thing>> {
    prop::collection::vec(
        (0_u8..12, 0_i32..3, 0_u8..2).prop_map(|(name, at, look)| Thing(name, at, look)),
        0..16,
    )
}

proptest! {
    /// Whatever the lists are like, also with names that are there twice.
    #[test]
    fn steps_make_the_new_list_of_the_old_one(old in things(), new in things()) {
        prop_assert_eq!(applied(&old, &steps(&old, &new)), new);
    }
}

#[test]
fn what_was_put_in_between_is_one_step_and_what_it_moved_another() {
    let old: Vec<Thing> = (0..9).map(|name| Thing(name, i32::from(name), 0)).collect();
    let mut new = old.clone();
    new.insert(4, Thing(99, 4, 0));
    for moved in &mut new[5..] {
        moved.1 += 1;
    }
    new[2].2 = 1;
    assert_eq!(
        steps(&old, &new),
        [
            Step::Keep { first: 0, count: 2, way: 0 },
            Step::Put { piece: &Thing(2, 2, 1), instead: Some(2) },
            Step::Keep { first: 3, count: 1, way: 0 },
            Step::Put { piece: &Thing(99, 4, 0), instead: None },
            Step::Keep { first: 4, count: 5, way: 1 },
        ]
    );
    assert_eq!(steps(&old, &old), [Step::Keep { first: 0, count: 9, way: 0 }]);
    assert_eq!(steps(&old, &[]), []);
}

use proptest::prelude::*;

use super::*;

fn set(numbers: &[u16]) -> Ports {
    numbers.iter().fold(Ports::default(), |all, number| all.or(&Ports::one(*number)))
}

proptest! {
    /// The operations are those of sets of numbers.
    #[test]
    fn intervals_are_sets(ours in prop::collection::vec(0_u16..12, 0..8), theirs in prop::collection::vec(0_u16..12, 0..8)) {
        let (a, b) = (set(&ours), set(&theirs));
        for point in 0..14 {
            let (in_a, in_b) = (ours.contains(&point), theirs.contains(&point));
            prop_assert_eq!(a.contains(point), in_a);
            prop_assert_eq!(a.and(&b).contains(point), in_a && in_b);
            prop_assert_eq!(a.or(&b).contains(point), in_a || in_b);
            prop_assert_eq!(a.minus(&b).contains(point), in_a && !in_b);
        }
        prop_assert_eq!(a.covers(&b), theirs.iter().all(|point| ours.contains(point)));
        prop_assert_eq!(a.minus(&b).or(&a.and(&b)), a);
    }
}

#[test]
fn the_ends_of_all_numbers_are_in_no_gap() {
    let all = Ports::all();
    assert_eq!(all.minus(&Ports::one(0)), Ports::of(1, u16::MAX));
    assert_eq!(all.minus(&Ports::one(u16::MAX)), Ports::of(0, u16::MAX - 1));
    assert_eq!(all.minus(&all), Ports::default());
    assert_eq!(Ports::of(1, u16::MAX).or(&Ports::one(0)), all);
    assert_eq!(Ports::of(2, 1), Ports::default());
}

#[test]
fn sets_are_shown_as_people_write_them() {
    assert_eq!(set(&[80, 443, 1, 2, 3]).to_string(), "1-3, 80, 443");
    assert_eq!(Ports::all().to_string(), "all ports");
    let range = |text| Addresses::parse(text).unwrap();
    assert_eq!(range("10.0.0.0/8").or(&range("2001:db8::/32")).to_string(), "10.0.0.0/8, 2001:db8::/32");
    assert_eq!(range("10.0.0.0/9").or(&range("10.128.0.0/9")).to_string(), "10.0.0.0/8");
    assert_eq!(range("10.0.0.0/30").minus(&range("10.0.0.1")).to_string(), "10.0.0.0/32, 10.0.0.2/31");
    assert_eq!(Addresses::parse("10.0.0"), None);
}

#[test]
fn the_internet_has_no_private_addresses() {
    let internet = Addresses::internet();
    for text in ["10.1.2.3", "192.168.1.1", "172.31.0.1", "fd00::1"] {
        assert!(internet.and(&Addresses::parse(text).unwrap()).is_empty(), "{text}");
    }
    for text in ["8.8.8.8", "52.1.2.3", "2a05:d018::1"] {
        assert!(internet.covers(&Addresses::parse(text).unwrap()), "{text}");
    }
}

#[test]
fn packets_without_others_are_apart_and_complete() {
    let range = |text| Addresses::parse(text).unwrap();
    let all = Packets { from: range("10.0.0.0/8"), to: range("10.0.0.0/8"), ports: Ports::of(1, 10) };
    let some = Packets { from: range("10.1.0.0/16"), to: range("10.2.0.0/16"), ports: Ports::of(5, 20) };
    let rest = all.minus(&some);
    assert_eq!(rest.len(), 3);
    for (at, one) in rest.iter().enumerate() {
        assert!(one.and(&some).is_empty());
        assert!(rest[at + 1..].iter().all(|other| one.and(other).is_empty()));
    }
    assert_eq!(ports(&rest), Ports::of(1, 10));
    assert_eq!(some.minus(&all), vec![Packets { ports: Ports::of(11, 20), ..some.clone() },]);
}

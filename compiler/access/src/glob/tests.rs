use proptest::prelude::*;

use super::*;
use crate::Pattern;
use crate::tests::parts;

fn like(text: &str) -> Pattern {
    Pattern::like(parts(text))
}

fn resource(text: &str) -> Pattern {
    Pattern::resource(parts(text))
}

fn is_resource(pattern: &str, text: &str) -> bool {
    matches(&resource(pattern), &Text::from(parts(text)))
}

#[test]
fn actions_are_the_same_in_any_case_and_arns_are_not() {
    assert!(matches(&Pattern::action("SQS:send*"), &Text::from("sqs:SendMessage")));
    assert!(!is_resource("arn:aws:sqs:*:*:Orders", "arn:aws:sqs:eu-west-1:1:orders"));
    assert!(matches(&Pattern::exact_ignore_case("Yes"), &Text::from("yES")));
    assert!(!matches(&Pattern::exact("a*"), &Text::from("ab")));
    assert!(matches(&like("a${*}${?}${$}"), &Text::from("a*?$")));
}

#[test]
fn a_star_that_ends_a_field_goes_beyond_it() {
    let queue = "arn:aws:sqs:eu-west-1:111122223333:orders";
    for pattern in [
        "*",
        "arn:*",
        "arn:aws:sqs",
        "arn:aws:sqs:*",
        "arn:aws:sqs:*:*:ord?rs",
        "arn:aws:sqs:eu-*-1:*:orders",
        "arn:aws:*:eu-west-1:111122223333:orders",
    ] {
        assert!(is_resource(pattern, queue), "{pattern}");
    }
    for pattern in [
        "arn:aws:sqs:eu-*ders",
        "arn:aws:sqs:eu-west-1?111122223333:orders",
        "arn:aws:sqs:*:orders",
        "arn:aws:sns:*",
        "sqs:*",
    ] {
        assert!(!is_resource(pattern, queue), "{pattern}");
    }
    // The name of a function is the seventh field.
    assert!(is_resource("arn:aws:lambda:*:function:pay", "arn:aws:lambda:eu-west-1:1:function:pay"));
    // In conditions every field is on its own.
    let arn = |pattern: &str| Pattern::arn(parts(pattern));
    assert!(arn("arn:aws:sns:*").is_none());
    assert!(arn("{Topic.Arn}").is_some());
    let function = Text::from("arn:aws:lambda:eu-west-1:1:function:pay");
    assert!(!matches(&arn("arn:aws:lambda:*:function:pay").unwrap(), &function));
    assert!(matches(&arn("arn:aws:lambda:*:*:function:pay").unwrap(), &function));
}

#[test]
fn symbols_equal_themselves() {
    let objects = "arn:aws:s3:::{bucket}/*";
    assert!(is_resource(objects, "arn:aws:s3:::{bucket}/cat"));
    assert!(!is_resource(objects, "arn:aws:s3:::{other}/cat"));
    assert!(!is_resource(objects, "arn:aws:s3:::bucket/cat"));
    assert!(is_resource("arn:aws:s3:::*/cat", "arn:aws:s3:::{bucket}/cat"));
    assert!(!is_resource("arn:aws:s3:::?/cat", "arn:aws:s3:::{bucket}/cat"));
    // A field may be any field; what may have colons is not within one.
    assert!(is_resource("arn:aws:sqs:e*u:1:q", "arn:aws:sqs:e{region}u:1:q"));
    assert!(!is_resource("arn:aws:sqs:e*u:1:q", "arn:aws:sqs:e{a.b}u:1:q"));
    assert_eq!(outside(&resource(objects), &[resource("arn:aws:s3:::{bucket}*")]), Found::Nothing);
    assert_eq!(overlap(&resource(objects), &resource("arn:aws:s3:::shop-*")), Found::Nothing);
    let Found::Text(text) = overlap(&like("*-{stage}"), &like("shop-*")) else { panic!("they overlap") };
    assert_eq!(text.to_string(), "shop-{stage}");
}

#[test]
fn containment_gives_a_text_that_is_outside() {
    let outside = |inner: &str, outer: &[&str]| match outside(
        &like(inner),
        &outer.iter().map(|text| like(text)).collect::<Vec<_>>(),
    ) {
        Found::Text(text) => Some(text.to_string()),
        Found::Nothing => None,
        Found::TooLarge => panic!("too large"),
    };
    assert_eq!(outside("app-*", &["app-prod-*", "app-*"]), None);
    assert_eq!(outside("app-*", &["app-prod-*"]).as_deref(), Some("app-"));
    assert_eq!(outside("*", &["?*"]).as_deref(), Some(""));
    assert_eq!(outside("?*", &["a*", "?"]).as_deref(), Some("xx"));
    assert_eq!(outside("*ab*", &["*a*b*"]), None);
    // One alone does not, both together do.
    assert_eq!(outside("*", &["", "?*"]), None);
    assert_eq!(outside("a?", &["a", "a*"]), None);
}

#[test]
fn hostile_patterns_end() {
    let stars = "a*".repeat(400);
    let start = std::time::Instant::now();
    assert_eq!(outside(&like(&format!("{stars}b")), &[like(&stars)]), Found::Nothing);
    assert!(matches!(outside(&like(&stars), &[like(&format!("{stars}b"))]), Found::Text(_)));
    // An automaton that remembers thirty letters has 2³⁰ states.
    let remembers = format!("*a{}", "?".repeat(30));
    let not_found = outside(&like(&format!("*{remembers}*")), &[like(&remembers), like("*b"), like("*a")]);
    assert!(not_found != Found::Nothing);
    let many: Vec<Pattern> = (0..200).map(|at| like(&format!("*{at}*a*{at}?*"))).collect();
    let _ = outside(&like("*"), &many);
    let text = Text::from("a".repeat(5000).as_str());
    assert!(!matches(&like(&format!("{}b", "*a".repeat(200))), &text));
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

/// Backtracking, without automata: slow and plain.
fn plainly(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some(('*', rest)), _) => {
            plainly(rest, text) || text.split_first().is_some_and(|(_, text)| plainly(pattern, text))
        }
        (Some(('?', rest)), Some((_, text))) => plainly(rest, text),
        (Some((wanted, rest)), Some((found, text))) => wanted == found && plainly(rest, text),
        (Some(_), None) => false,
    }
}

/// All texts of few letters, with one that no pattern has.
fn texts() -> Vec<String> {
    let mut texts = vec![String::new()];
    let mut last = texts.clone();
    for _ in 0..5 {
        last = last.iter().flat_map(|text| ["a", "b", "z"].map(|letter| format!("{text}{letter}"))).collect();
        texts.extend(last.iter().cloned());
    }
    texts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn what_is_found_is_what_trying_finds(
        required in prop::collection::vec(prop::collection::vec("[ab*?]{0,6}", 1..3), 1..3),
        excluded in prop::collection::vec("[ab*?]{0,5}", 0..4),
    ) {
        let of = |patterns: &[String], text: &str| {
            let text: Vec<char> = text.chars().collect();
            patterns.iter().any(|pattern| plainly(&pattern.chars().collect::<Vec<_>>(), &text))
        };
        let is_wanted = |text: &str| {
            required.iter().all(|patterns| of(patterns, text)) && !of(&excluded, text)
        };
        let patterns = |texts: &[String]| texts.iter().map(|text| like(text)).collect::<Vec<_>>();
        let sets: Vec<Vec<Pattern>> = required.iter().map(|texts| patterns(texts)).collect();
        let sets: Vec<&[Pattern]> = sets.iter().map(Vec::as_slice).collect();
        match find(&sets, &[&patterns(&excluded)]) {
            Found::Text(text) => prop_assert!(is_wanted(&text.known().unwrap())),
            Found::Nothing => {
                let missed = texts().into_iter().find(|text| is_wanted(text));
                prop_assert_eq!(missed, None);
            }
            Found::TooLarge => prop_assert!(false, "small patterns are no problem"),
        }
    }
}

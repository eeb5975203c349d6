//! What the tests of the crate share, and how it is used from the outside.

use crate::*;

/// What is written in a policy, symbols in braces: `arn:aws:sqs:{region}:{account}:orders`. A symbol whose name has a dot
/// may have colons.
pub(crate) fn parts(text: &str) -> Parts {
    let mut parts = Vec::new();
    // What begins with a dollar is a policy variable.
    let hidden = text.replace("${", "$\u{1}");
    let mut rest = hidden.as_str();
    let shown = |text: &str| Part::Text(text.replace('\u{1}', "{").into());
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        parts.push(shown(before));
        let open = name.contains('.');
        parts.push(Part::Symbol(if open { Symbol::new(name, 200) } else { Symbol::field(name, 20) }));
        rest = after;
    }
    parts.push(shown(rest));
    Parts(parts)
}

pub(crate) fn condition(operator: &str, key: &str, values: &[&str]) -> Condition {
    Condition::new(operator, key, values.iter().map(|value| parts(value))).unwrap()
}

pub(crate) fn allow(actions: &[&str], resources: &[&str]) -> Statement {
    Statement::allow(Actions::of(actions), Resources::of(resources.iter().map(|text| parts(text))))
}

pub(crate) fn deny(actions: &[&str], resources: &[&str]) -> Statement {
    Statement::deny(Actions::of(actions), Resources::of(resources.iter().map(|text| parts(text))))
}

pub(crate) fn request(caller: Caller, action: &str, resource: &str) -> Request {
    Request {
        caller,
        action: action.into(),
        resource: parts(resource).into(),
        resource_account: None,
        context: Context::default(),
    }
}

pub(crate) fn worker() -> Caller {
    Caller::session("arn:aws:iam::111122223333:role/worker", "now")
}

#[test]
fn two_resources_of_one_form_are_two() {
    let orders = Symbol::new("Orders.Arn", 200);
    let jobs = Symbol::new("Jobs.Arn", 200);
    let on =
        |symbol: &Symbol| Statement::allow(Actions::of(["sqs:SendMessage"]), Resources::of([symbol.clone()]));
    let wide = allow(&["sqs:*"], &["arn:aws:sqs:*:*:shop-*"]);
    // Nothing is known: a queue's ARN equals itself only.
    assert_eq!(contains(&[on(&orders)], &[on(&orders)]), Containment::Yes);
    assert!(matches!(contains(&[on(&jobs)], &[on(&orders)]), Containment::No(_)));
    assert!(matches!(contains(std::slice::from_ref(&wide), &[on(&orders)]), Containment::No(_)));
    // They have a form, but they are still two.
    let mut facts = Facts::default();
    for symbol in [&orders, &jobs] {
        assert!(facts.stands_for(symbol, parts("arn:aws:sqs:{region}:{account}:shop-*")));
    }
    let on = |symbol: &Symbol| on(symbol).resolve(&facts);
    assert_eq!(contains(&[wide], &[on(&orders)]), Containment::Yes);
    assert!(matches!(contains(&[on(&jobs)], &[on(&orders)]), Containment::No(_)));
    assert!(!facts.stands_for(&orders, "arn:aws:sqs:eu-west-1:111122223333:orders"), "it has a form");
}

#[test]
fn facts_hold_whatever_the_order_they_are_told_in() {
    let (queue, name, account) =
        (Symbol::new("Q.Arn", 200), Symbol::field("Q", 80), Symbol::field("account", 12));
    let told = |first: bool| {
        let mut facts = Facts::default();
        if first {
            assert!(facts.stands_for(&account, "111122223333"));
            assert!(facts.stands_for(&name, "orders"));
        }
        assert!(facts.stands_for(&queue, parts("arn:aws:sqs:eu-west-1:{account}:{Q}")));
        if !first {
            assert!(facts.stands_for(&account, "111122223333"));
            assert!(facts.stands_for(&name, "orders"));
        }
        facts.text(&Text::from(queue.clone())).known()
    };
    assert_eq!(told(true).as_deref(), Some("arn:aws:sqs:eu-west-1:111122223333:orders"));
    assert_eq!(told(false), told(true));
    let mut circle = Facts::default();
    assert!(circle.stands_for(&name, parts("{account}")));
    assert!(!circle.stands_for(&account, parts("x-{Q}")));
}

#[test]
fn actions_expand_to_what_the_catalog_has() {
    let Actions::Of(names) = Actions::of(["sqs:send*", "sqs:SendMessage", "nosuch:Thing*"]).expand() else {
        panic!("a list of actions");
    };
    let names: Vec<String> = names.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["nosuch:Thing*", "sqs:SendMessage"]);
    let all_but = Actions::AllBut(vec![Pattern::action("iam:*")]).expand();
    let Actions::Of(all_but) = all_but else { panic!("a list of actions") };
    assert!(all_but.len() > 10_000);
    assert!(!all_but.iter().any(|name| name.to_string().starts_with("iam:")));
    // So a list of all actions is as good as the wildcard.
    let listed = Statement::allow(Actions::of(["sqs:*"]).expand(), Resources::of(["*"]));
    let wild = allow(&["sqs:*"], &["*"]);
    let known = Statement::allow(wild.actions.expand(), Resources::of(["*"]));
    assert_eq!(contains(std::slice::from_ref(&listed), &[known]), Containment::Yes);
    assert!(matches!(contains(&[listed], &[wild]), Containment::No(_)));
}

use super::*;
use crate::testing::Fixture;

#[test]
fn who_makes_what_is_told_both_ways() {
    let fixture = Fixture::new(
        "\
//- /src/main.ci
use crate::store::Store;
service Orders {
    let first = Store {};
    let second = Store {};
}
service Other { let store = St$0ore {}; }
//- /src/store.ci
component Inner { let queue = aws::sqs::Queue {}; }
component Store { let inner = Inner {}; }
",
    );
    let store = prepare(fixture.snapshot(), fixture.cursor).map(|found| (found.name.clone(), found.at));
    let Some((name, at)) = store else { panic!("there is a component") };
    assert_eq!(name, "Store");
    let callers: Vec<_> = incoming(fixture.snapshot(), at)
        .iter()
        .map(|call| format!("{} {} ×{}", call.caller.detail, call.caller.name, call.at.len()))
        .collect();
    assert_eq!(callers, ["service Orders ×2", "service Other ×1"]);
    let made: Vec<_> = outgoing(fixture.snapshot(), at).iter().map(|call| call.caller.name.clone()).collect();
    assert_eq!(made, ["Inner"]);
}

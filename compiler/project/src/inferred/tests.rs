use std::sync::Arc;

use crate::{Change, Host, MemorySystem, Snapshot};

/// A service with doors that are there if somebody goes through them, and two that may.
const DOORS: &str = r#"
struct Keys {
    of: Map<Arn<aws::sqs::Queue>>,
}

interface House {
    keys: Keys;
}

service Home {
    let names = ["front", "back", "cellar"];
    #[if_used]
    let key = for name in names { name => aws::sqs::Queue { QueueName: name } };
    #[if_used(key)]
    let door = for name in names { name => aws::ssm::Parameter { Type: "String", Value: key[name].Arn } };
    #[depends_on(door)]
    let porch = aws::sns::Topic {};

    provides house: House = { keys: Keys { of: for name in names { name => key[name].Arn } } };
}

service Guest {
    needs house: House;
    let way = aws::ssm::Parameter { Type: "String", Value: house.keys.of[ENTRY] };
}

app Street {
    let home = Home {};
    let guest = Guest { house: home.house };
}
"#;

fn open(main: &str) -> Host {
    let manifest = "[package]\nname = \"street\"\nversion = \"0.1.0\"\n";
    let system = MemorySystem::new([("/p/ci.toml", manifest), ("/p/src/main.ci", main)]);
    Host::open(Arc::new(system), "/p".into()).map_err(|error| error.diagnostic.message).expect("opens")
}

fn snapshot(main: &str) -> Snapshot {
    let snapshot = open(main).snapshot().clone();
    let found = snapshot.check();
    assert!(found.is_empty(), "{found:?}");
    snapshot
}

/// The resources of a stack, each with those it waits for.
fn resources(snapshot: &Snapshot, stack: &str) -> Vec<String> {
    snapshot.attach(|db| {
        let plans = snapshot.plans(db);
        let instances = plans.iter().flat_map(|(_, plan)| &plan.instances);
        let stack = instances
            .map(|instance| &ci_sema::stack(db, *instance).stack)
            .find(|known| &*known.name == stack)
            .expect("a stack");
        let told = |resource: &ci_graph::Resource| {
            let after = resource.depends_on.iter().map(|on| &*stack.resource(*on).path).collect::<Vec<_>>();
            let after = if after.is_empty() { String::new() } else { format!(" after {}", after.join(" ")) };
            format!("{}{after}", resource.path)
        };
        stack.resources.iter().map(told).collect()
    })
}

#[test]
fn what_nobody_uses_is_left_out() {
    let front = snapshot(&DOORS.replace("ENTRY", "\"front\""));
    assert_eq!(
        resources(&front, "street-home"),
        // The keys are there for whoever may read them: what a stack gives does not change with who takes it.
        ["key.front", "key.back", "key.cellar", "door.front", "porch after door.front"]
    );
    let [inferred] = front.inferred().try_into().expect("one");
    assert_eq!((&*inferred.name, &*inferred.users), ("front", &["way of street-guest".to_owned()][..]));
    let back = snapshot(&DOORS.replace("ENTRY", "\"back\""));
    assert_eq!(resources(&back, "street-home")[3..], ["door.back", "porch after door.back"]);
    // Nobody reads them, but whoever is outside of the program could, and an output says so.
    let public = DOORS.replace("ENTRY", "\"front\"").replace(
        "    provides",
        "    output cellar: Arn<aws::sqs::Queue> = key[\"cellar\"].Arn;\n    provides",
    );
    assert_eq!(
        resources(&snapshot(&public), "street-home")[3..],
        ["door.front", "door.cellar", "porch after door.front door.cellar"]
    );
}

#[test]
fn within_a_service_nothing_of_it_is_left() {
    let alone = r#"
service Home {
    let names = ["front", "back"];
    #[if_used]
    let key = for name in names { name => aws::sqs::Queue { QueueName: name } };
    #[if_used(key)]
    let door = for name in names { name => aws::ssm::Parameter { Type: "String", Value: key[name].Arn } };
    let guest = aws::ssm::Parameter { Type: "String", Value: "for {key["back"].Arn}" };
}
"#;
    let alone = snapshot(alone);
    assert_eq!(resources(&alone, "home"), ["key.back", "door.back", "guest"]);
    let [inferred] = alone.inferred().try_into().expect("one");
    assert_eq!((&*inferred.name, &*inferred.users), ("back", &["guest".to_owned()][..]));
}

#[test]
fn what_refers_to_nothing_of_it_stays() {
    let listed = r#"
service Home {
    let spare: Map<aws::sqs::Queue> = {};
    let key = aws::sqs::Queue {};
    #[if_used(spare)]
    let door = aws::ssm::Parameter { Type: "String", Value: key.Arn };
    #[if_used]
    let bell = aws::sns::Topic {};
}
"#;
    assert_eq!(resources(&snapshot(listed), "home"), ["key", "door"]);
}

#[test]
fn one_service_changes_another_only_where_it_uses_more_of_it() {
    let mut host = open(&DOORS.replace("ENTRY", "\"front\""));
    let home = |host: &Host| resources(host.snapshot(), "street-home");
    let before = home(&host);
    for (entry, is_same) in [("\"back\"", false), ("\"front\"", true)] {
        let text = DOORS.replace("ENTRY", entry).into();
        host.apply(&[Change::Edit { path: "/p/src/main.ci".into(), text }]);
        let fresh = resources(&snapshot(&DOORS.replace("ENTRY", entry)), "street-home");
        assert_eq!(home(&host), fresh);
        assert_eq!(home(&host) == before, is_same);
    }
}

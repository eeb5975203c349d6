use std::sync::Arc;

use crate::{Host, MemorySystem, TargetIsolation};

const MANIFEST: &str = "[package]\nname = \"shop\"\nversion = \"0.1.0\"\n";

const SOURCE: &str = r#"
interface Shipping { send: Capability; queue: Arn; }
service Warehouse {
    let parcels = aws::sqs::Queue {};
    let rest = aws::ec2::VPCGatewayAttachment { VpcId: "vpc-1234567890abcdef0", InternetGatewayId: "igw-1234567890abcdef0" };
    provides shipping: Shipping = { send: allow sqs::SendMessage on [parcels.Arn], queue: parcels.Arn };
}
service Orders {
    needs shipping: Shipping;
    param topic: Arn;
    #[allow(managed_policy, undeclared_access, reason = "to be read here")]
    let role = aws::iam::Role {
        AssumeRolePolicyDocument: policy([allow sts::AssumeRole to aws_service("lambda.amazonaws.com")]),
        ManagedPolicyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
        Policies: [{ PolicyName: "p", PolicyDocument: policy([
            shipping.send,
            allow sqs::GetQueueAttributes on [shipping.queue],
            allow sns::Publish on [topic],
            allow sqs::PurgeQueue on ["arn:aws:sqs:*:*:shop-*"],
        ]) }],
    };
}
app Shop {
    let warehouse = Warehouse {};
    let orders = Orders { shipping: warehouse.shipping };
}
"#;

fn proved() -> TargetIsolation {
    let system = MemorySystem::new([("/p/ci.toml", MANIFEST), ("/p/src/main.ci", SOURCE)]);
    let host = Host::open(Arc::new(system), "/p".into()).map_err(|error| error.diagnostic.message).unwrap();
    let mut report = host.snapshot().isolation(None);
    let messages: Vec<&str> = report.diagnostics.iter().map(|found| &*found.message).collect();
    assert_eq!(messages, Vec::<&str>::new());
    report.targets.remove(0)
}

#[test]
fn edges_say_by_what_they_are() {
    let edges: Vec<String> = proved()
        .edges
        .iter()
        .map(|edge| {
            let by = edge.capability.as_deref().unwrap_or("its ARN");
            let at = SOURCE.get(edge.at.range.start as usize..).unwrap().split(['\n', ',']).next().unwrap();
            format!("{} may {} on {} by {by}, {at}", edge.who.0, edge.actions.join(" "), edge.resource.0)
        })
        .collect();
    assert_eq!(
        edges,
        [
            "role may sqs:SendMessage on parcels by ShippingSend, shipping.send",
            "role may sqs:GetQueueAttributes on parcels by its ARN, allow sqs::GetQueueAttributes on [shipping.queue]",
        ]
    );
}

#[test]
fn what_is_not_judged_and_what_is_allowed_is_listed() {
    let proved = proved();
    let unjudged: Vec<&str> = proved.unjudged.iter().map(|unjudged| &*unjudged.what).collect();
    assert_eq!(
        unjudged,
        ["arn:aws:iam::aws:policy/ReadOnlyAccess", "what will be named by {shop-orders:Topic}"]
    );
    let allowed: Vec<(&str, &str)> =
        proved.allowed.iter().map(|one| (&*one.action, &*one.resource.0)).collect();
    assert_eq!(allowed, [("sqs:PurgeQueue", "parcels")]);
}

#[test]
fn what_is_decided_is_counted() {
    let proved = proved();
    assert_eq!((proved.services, proved.counts.principals), (2, 1));
    // The queue and the role can be named, the attachment cannot.
    assert_eq!((proved.counts.resources, proved.counts.without_arn), (2, 1));
    let of_queues = ci_catalog::iam::service("sqs").unwrap().actions();
    let decided = of_queues.iter().filter(|action| !action.resources.is_empty()).count();
    assert_eq!(proved.counts.decided, decided);
}

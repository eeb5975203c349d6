//! How long a program's resource types take to load: once from cold in this process, then with everything decoded.
//!
//! `cargo bench -p ci-catalog`. Prints and asserts nothing: the machine decides. Ten types should take well under 1 ms.

use std::time::{Duration, Instant};

use ci_catalog::{Handler, Offer, ResourceSchema};

const TYPES: [&str; 10] = [
    "AWS::S3::Bucket",
    "AWS::Lambda::Function",
    "AWS::DynamoDB::Table",
    "AWS::EC2::VPC",
    "AWS::EC2::SecurityGroup",
    "AWS::RDS::DBCluster",
    "AWS::ECS::Service",
    "AWS::SQS::Queue",
    "AWS::IAM::Role",
    "AWS::CloudFront::Distribution",
];

fn main() {
    report("ten types, what a checker needs, cold", time(|| TYPES.iter().map(|name| needed(name)).sum()));
    report("ten types, what a checker needs, again", time(|| TYPES.iter().map(|name| needed(name)).sum()));
    report("ten types, every node", time(|| TYPES.iter().map(|name| everything(name)).sum()));
    report("all types, every node", time(|| ci_catalog::resource_types().map(everything).sum()));
    report(
        "what is offered, of ten types",
        time(|| {
            let offers = TYPES.iter().filter_map(|name| ci_catalog::resource_type(name)?.offers().first());
            offers.filter_map(Offer::values).map(|offered| offered.values().count()).sum()
        }),
    );
    report(
        "instance types of EC2",
        time(|| {
            let instance = ci_catalog::resource_type("AWS::EC2::Instance");
            let offer = instance.and_then(|instance| instance.offers().first());
            offer.and_then(Offer::values).map_or(0, |offered| offered.values().count())
        }),
    );
    report(
        "all IAM services, every action",
        time(|| {
            let services = ci_catalog::iam::services().filter_map(ci_catalog::iam::service);
            services.map(|service| service.actions().len()).sum()
        }),
    );
}

/// The root, the nodes of eight properties, the attributes, and the permissions for the deploy role.
fn needed(name: &str) -> usize {
    let Some(schema) = ci_catalog::resource_type(name) else { return 0 };
    let root = schema.node(schema.root());
    let nodes = root.properties.iter().take(8).map(|property| schema.node(property.node));
    nodes.filter(|node| node.has_enum()).count() + root.properties.len() + facts(schema)
}

fn facts(schema: &ResourceSchema) -> usize {
    let permissions = schema.handler_permissions(Handler::Create).unwrap_or_default();
    schema.attributes().len() + schema.ref_parts().len() + permissions.len()
}

fn everything(name: &str) -> usize {
    let Some(schema) = ci_catalog::resource_type(name) else { return 0 };
    schema.node_ids().map(|id| schema.node(id).properties.len()).sum::<usize>() + facts(schema)
}

fn time(work: impl FnOnce() -> usize) -> (Duration, usize) {
    let start = Instant::now();
    let found = work();
    (start.elapsed(), found)
}

fn report(what: &str, (took, found): (Duration, usize)) {
    println!("{what:45} {took:>12.3?}   ({found} facts)");
}

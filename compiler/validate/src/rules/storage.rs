//! S3, SQS, `CloudWatch` Logs and `GuardDuty`.

use ci_graph::{Resource, Value};

use super::Rules;
use crate::value::same;
use crate::verdict::Verdict;
use crate::view::{Fields, broken, target_as, together};

/// A log group has at most so many subscription filters.
const FILTERS: usize = 2;

pub(super) fn bucket(rules: &mut Rules<'_>, resource: &Resource) {
    for configuration in resource.items("IntelligentTieringConfigurations") {
        for tiering in configuration.items("Tierings") {
            let least = match tiering.text("AccessTier") {
                Some("ARCHIVE_ACCESS") => 90,
                Some("DEEP_ARCHIVE_ACCESS") => 180,
                _ => continue,
            };
            if let Some(days) = tiering.int("Days").filter(|days| !(least..=730).contains(days)) {
                let at = tiering.field("Days").map_or(tiering.origin, |located| located.origin);
                let message = format!("objects move to this tier after {least} to 730 days, not {days}");
                rules.add(broken("tiering-days", at, message));
            }
        }
    }
}

pub(super) fn queue(rules: &mut Rules<'_>, resource: &Resource) {
    let Some(arn) = resource.at(&["RedrivePolicy", "deadLetterTargetArn"]) else { return };
    let Some(dead_letters) = target_as(rules.stack, &arn.value, "AWS::SQS::Queue") else { return };
    let fifo =
        |queue: &Resource| if queue.lacks("FifoQueue") { Some(false) } else { queue.truth("FifoQueue") };
    if let (Some(own), Some(theirs)) = (fifo(resource), fifo(dead_letters))
        && own != theirs
    {
        let (this, that) =
            if own { ("a FIFO queue", "a standard one") } else { ("a standard queue", "a FIFO one") };
        let message = format!("{this} can't send its dead letters to {that}");
        let at = dead_letters.field("FifoQueue").map_or(dead_letters.origin, |located| located.origin);
        rules.add(broken("dead-letter-kind", arn.origin, message).also(at, "the queue for dead letters"));
    }
}

pub(super) fn detector(rules: &mut Rules<'_>, resource: &Resource) {
    if let (Some(sources), Some(features)) = (resource.field("DataSources"), resource.field("Features")) {
        rules.add(
            broken(
                "detector-features",
                sources.origin,
                "`DataSources` and `Features` can't be given together",
            )
            .also(features.origin, "`Features` is given here")
            .help("keep `Features`, which says the same and more"),
        );
    }
}

pub(super) fn subscription_filters(rules: &mut Rules<'_>) {
    let mut groups: Vec<(&Value, Vec<&Resource>)> = Vec::new();
    let mut over = Vec::new();
    for (_, filter) in rules.of_type("AWS::Logs::SubscriptionFilter") {
        let Some(group) = filter.field("LogGroupName") else { continue };
        match groups.iter_mut().find(|(known, _)| same(known, &group.value) == Verdict::Yes) {
            Some((_, filters)) => {
                filters.push(filter);
                let others = filters.iter().filter(|other| together(filter, other)).count();
                if others > FILTERS {
                    over.push((filter, group.origin));
                }
            }
            None => groups.push((&group.value, vec![filter])),
        }
    }
    for (_, at) in over {
        let message = format!("a log group has at most {FILTERS} subscription filters");
        rules.add(
            broken("subscription-filters", at, message)
                .help("let one filter feed a stream that several read"),
        );
    }
}

//! Backup.

use ci_graph::{Located, Resource};

use super::Rules;
use crate::view::{Fields, broken};

/// What moves to cold storage stays there for so many days.
const COLD_DAYS: i64 = 90;

pub(super) fn plan(rules: &mut Rules<'_>, resource: &Resource) {
    let Some(plan) = resource.field("BackupPlan") else { return };
    for rule in plan.items("BackupPlanRule") {
        let copies = rule.items("CopyActions").iter().map(|copy| copy.field("Lifecycle"));
        for lifecycle in std::iter::once(rule.field("Lifecycle")).chain(copies).flatten() {
            check(rules, lifecycle);
        }
    }
}

fn check(rules: &mut Rules<'_>, lifecycle: &Located) {
    let (Some(delete), Some(cold)) =
        (lifecycle.int("DeleteAfterDays"), lifecycle.int("MoveToColdStorageAfterDays"))
    else {
        return;
    };
    // A negative number means never.
    if delete >= 0 && delete - cold < COLD_DAYS {
        let at = lifecycle.field("DeleteAfterDays").map_or(lifecycle.origin, |located| located.origin);
        let message =
            format!("a backup that moves to cold storage after {cold} days can't be deleted after {delete}");
        rules.add(
            broken("cold-storage-days", at, message)
                .note(format!("it stays in cold storage for at least {COLD_DAYS} days"))
                .help(format!("delete it after {} days or later", cold + COLD_DAYS)),
        );
    }
}

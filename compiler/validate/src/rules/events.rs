//! Schedules of `EventBridge`.

use ci_graph::Resource;

use super::Rules;
use crate::view::{Fields, broken};
use crate::words;

pub(super) fn rule(rules: &mut Rules<'_>, resource: &Resource) {
    let Some(located) = resource.field("ScheduleExpression") else { return };
    let Some(text) = located.value.as_str() else { return };
    let inner = |name: &str| {
        text.strip_prefix(name)
            .and_then(|rest| rest.strip_prefix('('))
            .and_then(|rest| rest.strip_suffix(')'))
    };
    let problem = match (inner("rate"), inner("cron")) {
        (Some(rate), _) => check_rate(rate),
        (None, Some(cron)) => check_cron(cron),
        (None, None) => Some("a schedule is `rate(…)` or `cron(…)`".to_owned()),
    };
    if let Some(problem) = problem {
        rules.add(
            broken("schedule", located.origin, format!("{problem}, found {}", words::quote(text)))
                .note("for example \"rate(5 minutes)\" or \"cron(0 12 * * ? *)\""),
        );
    }
}

fn check_rate(rate: &str) -> Option<String> {
    let Some((number, unit)) = rate.split_once(' ') else {
        return Some("a rate is a number and a unit".to_owned());
    };
    let units = match number.parse::<u32>() {
        Ok(1) => ["minute", "hour", "day"],
        Ok(2..) => ["minutes", "hours", "days"],
        _ => return Some("a rate is a number greater than 0".to_owned()),
    };
    (!units.contains(&unit)).then(|| format!("the unit of this rate is {}", words::choices(&units)))
}

fn check_cron(cron: &str) -> Option<String> {
    let fields: Vec<&str> = cron.split(' ').collect();
    let [_, _, day_of_month, _, day_of_week, _] = fields.as_slice() else {
        return Some(
            "`cron` has six fields: minutes, hours, day of month, month, day of week and year".to_owned(),
        );
    };
    (*day_of_month != "?" && *day_of_week != "?")
        .then(|| "of day of month and day of week one must be `?`".to_owned())
}

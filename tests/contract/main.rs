//! What every vendor's adapter promises, held against the simulator: list, page, group, filter,
//! submit, refuse, rate limit, fault. [`suite`] knows no vendor; [`world`] sets one up. A new
//! vendor is a function there and a line here.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod suite;
mod world;

macro_rules! contract {
    ($vendor:ident: $($promise:ident),* $(,)?) => {
        mod $vendor {
            $(
                #[tokio::test]
                async fn $promise() {
                    super::suite::$promise(super::world::$vendor().await).await;
                }
            )*
        }
    };
    ($($vendor:ident),* $(,)?) => {
        $(
            contract!($vendor:
                every_resource_is_listed_once,
                the_limits_are_whole,
                the_history_is_paged_to_its_end,
                a_range_of_time_holds_what_it_should,
                the_history_of_one_resource_has_all_of_it,
                a_purge_of_every_kind_is_sent_and_found,
                everything_is_purged_for_what_it_is_there,
                a_purge_of_several_targets_is_one_purge,
                a_purge_ends_and_its_status_says_so,
                what_the_vendor_refuses_has_no_effect,
                an_unknown_resource_is_refused,
                wrong_credentials_are_told_apart,
                a_full_window_or_quota_is_told,
                a_passing_fault_of_a_question_is_overcome,
                an_answer_lost_after_the_effect_leaves_the_purge_unknown,
                an_answer_that_makes_no_sense_is_told,
                a_redirect_carries_nothing_away,
                the_vendors_clock_is_seen,
                who_purged_is_told_where_there_is_a_log,
                a_preview_is_what_is_sent_without_its_secret,
                every_call_is_recorded_without_a_secret,
            );
        )*
    };
}

contract!(
    gcore,
    tencent_3,
    tencent_2,
    medianova,
    medianova_login,
    edgeone,
    cloudfront,
    cloudfront_process,
    alibaba,
);

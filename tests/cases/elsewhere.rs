//! The cases that are no documents: of the command line, limits, the environment and terminals.
//! Each names the test that holds it.

use std::collections::BTreeSet;

use super::names;

/// A case's identifier, and the test of its outcome.
const ELSEWHERE: &[(&str, &str)] = &[
    ("E01", "a_closed_pipe_is_quiet_in_every_format_and_for_help"),
    (
        "E02",
        "a_purge_whose_list_cannot_be_written_is_sent_listed_on_the_other_stream_and_not_failed",
    ),
    ("E03", "blanks_line_ends_and_a_byte_order_mark_around_a_secret_are_no_part_of_it"),
    ("E04", "a_secret_with_quotes_or_a_scheme_word_is_told_before_any_call"),
    ("E05", "a_file_that_others_may_read_is_refused_with_the_remedy"),
    ("E06", "xdg_variables_count_where_they_are_absolute"),
    ("E07", "a_home_that_cannot_be_used_is_told_with_what_to_do"),
    ("E08", "what_is_not_a_store_is_refused_and_left_alone"),
    ("E09", "a_store_that_may_only_be_read_is_read_and_says_why_it_is_not_written"),
    ("E11", "certificates_that_are_not_there_are_named_and_nothing_is_connected"),
    ("E12", "a_proxy_that_cannot_be_used_is_an_error_that_names_it_and_nothing_is_connected"),
    ("E13", "a_clock_that_is_off_is_named_with_how_far"),
    ("E14", "an_unknown_zone_is_told_once_and_a_known_one_is_used"),
    ("E15", "a_csv_cell_is_never_a_formula"),
    ("E16", "no_pane_and_no_overlay_passes_a_control_character_on"),
    ("E17", "a_hostile_history_harms_no_terminal_in_any_format"),
    ("L01", "what_the_limits_have_no_room_for_is_not_sent"),
    ("L02", "waiting_is_given_up_when_the_time_is_up"),
    ("L03", "what_the_edge_still_serves_old_is_exit_code_7_with_the_url"),
    ("L04", "a_purge_whose_answer_was_lost_is_found_in_the_history_and_never_sent_again"),
    ("S01", "no_size_is_too_small_to_draw"),
    ("S02", "a_paste_of_any_line_breaks_becomes_lines"),
    ("S04", "stopped_by_a_key_or_from_outside_it_gives_the_terminal_back_and_takes_it_again"),
    ("S05", "replies_of_the_terminal_press_no_keys"),
    ("S07", "an_arrow_key_that_comes_in_two_reads_closes_nothing"),
    ("S08", "keys_of_the_kitty_protocol_and_of_modify_other_keys_are_the_same_keys"),
    ("S09", "letters_of_any_width_keep_the_columns_in_their_places"),
    ("S10", "no_color_counts_unless_the_program_s_own_variable_says_otherwise"),
    ("S11", "a_terminal_that_cannot_show_it_is_refused_with_what_to_do"),
    ("S12", "the_setting_wins_over_the_locale"),
    ("S13", "an_editor_that_fails_or_is_missing_is_named"),
    ("S14", "what_has_no_target_or_no_host_is_told"),
    ("S15", "rows_of_several_sites_keep_their_hosts"),
    ("S16", "of_two_that_work_the_queue_off_one_sends_and_both_end"),
    ("S17", "the_demo_is_shown_typed_into_resized_pasted_into_and_left"),
    ("T03", "a_file_of_another_encoding_is_refused_with_its_line_and_the_way_out"),
    ("V01", "a_plan_of_many_urls_says_what_wider_purges_would_do"),
];

/// All identifiers of the collection: a letter, and the numbers that it has.
const COLLECTION: &[(char, &[u32])] = &[
    ('C', &[1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12]),
    ('D', &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16]),
    ('E', &[1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17]),
    ('L', &[1, 2, 3, 4]),
    ('S', &[1, 2, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]),
    ('T', &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 16, 17]),
    (
        'U',
        &[
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 18, 19, 20, 21, 22, 23, 24, 26,
            28, 29, 30, 32, 33, 34, 35, 36, 37, 38, 39,
        ],
    ),
    ('V', &[1, 2, 3]),
    ('W', &[1, 2, 3, 4, 5]),
];

#[test]
fn every_case_of_the_collection_is_held_by_a_test() {
    let read = super::reading::CASES
        .iter()
        .map(|case| case.file.split(['.', '-']).next().unwrap_or_default().to_owned());
    let elsewhere = ELSEWHERE.iter().map(|(id, _)| (*id).to_owned());
    let held: BTreeSet<String> = read.chain(elsewhere).collect();
    let all = COLLECTION.iter().flat_map(|(letter, numbers)| {
        numbers.iter().map(move |number| format!("{letter}{number:02}"))
    });
    let missing: Vec<String> = all.filter(|id| !held.contains(id)).collect();
    assert!(missing.is_empty(), "no test holds {missing:?}");
    names::hold(ELSEWHERE.iter().map(|(id, test)| ((*id).to_owned(), *test)));
}

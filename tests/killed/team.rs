//! The same on a server: several purgedecks share one queue and die by SIGKILL, and so does the
//! server.

use std::process::Child;
use std::time::Duration;

use super::moments::Moment;
use super::verdict::judge;
use super::world::World;
use super::{killed, kills};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_purgedecks_on_one_server_the_other_goes_on_when_one_is_killed() {
    let Some(world) = World::on_server(Vec::new()).await else { return };
    killed(world, "two on one server", kills(9), 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_five_purgedecks_on_one_server_the_others_go_on_when_one_is_killed() {
    let Some(world) = World::on_server(Vec::new()).await else { return };
    killed(world, "five on one server", kills(9), 5).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_dies_at_any_moment_loses_nothing_and_has_nothing_sent_twice() {
    const PROCESSES: usize = 3;
    let Some(mut world) = World::on_server(Vec::new()).await else { return };
    let mut children: Vec<Child> = (0..PROCESSES).map(|_| world.spawn()).collect();
    let (kills, mut done) = (kills(8), 0);
    for number in 0.. {
        if done == kills {
            break;
        }
        assert!(number < kills * 4 + 20, "the moments never come");
        world.top_up();
        for child in &mut children {
            if child.try_wait().unwrap().is_some() {
                *child = world.spawn();
            }
        }
        let moment = Moment::EVERY[number % Moment::EVERY.len()];
        let came = moment.comes(&mut world, &mut children).await;
        let away = Duration::from_millis(world.dice.u64(0..1_500));
        let cluster = world.cluster.as_ref().unwrap();
        if number % 3 == 2 {
            cluster.stop();
        } else {
            cluster.kill();
        }
        tokio::time::sleep(away).await;
        cluster.restart();
        if came {
            world.killed(moment);
            done += 1;
        }
        world.clear_stalls();
        world.check();
    }
    for mut child in children {
        child.kill().unwrap_or_default();
        child.wait().unwrap();
    }
    judge(world, "a server that dies").await;
}

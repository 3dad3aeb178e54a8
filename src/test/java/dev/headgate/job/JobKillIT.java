package dev.headgate.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.headgate.chaos.FrozenProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Processes are killed or stand still while they execute jobs: each job completes, and none runs beside itself. */
class JobKillIT {

    private static final int JOBS = 20_000;
    private static final int KILLS = 3;
    private static final int FREEZES = 40;

    private final JobDatabase database = new JobDatabase();
    private final Deque<Process> processes = new ArrayDeque<>();

    @BeforeEach
    void table() {
        database.sql.execute("drop table if exists run");
        database.sql.execute("create table run (job bigint, attempt int, alone boolean, primary key (job, attempt))");
    }

    @AfterEach
    void stop() {
        processes.forEach(Process::destroyForcibly);
        database.close();
    }

    @Test
    void killed_again_and_again_each_job_completes_and_none_runs_beside_itself() throws Exception {
        long seed = System.nanoTime();
        System.err.println("Seed " + seed);
        Random random = new Random(seed);
        database.insert(JOBS);
        start();
        start();

        for (int kill = 1; kill <= KILLS; kill++) {
            long target = database.count("state = 'completed'") + 500 + random.nextInt(JOBS / KILLS / 2);
            JobDatabase.await()
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> database.count("state = 'completed'") >= target);
            Process oldest = processes.removeFirst();
            assertThat(oldest.isAlive()).isTrue();
            oldest.destroyForcibly().waitFor();
            System.err.printf("Kill %d at %d%n", kill, database.count("state = 'completed'"));
            assertThat(database.count("state = 'executing'"))
                    .as("killed at work")
                    .isPositive();
            start();
        }

        JobDatabase.await().atMost(Duration.ofMinutes(2)).until(() -> database.count("state = 'completed'") == JOBS);
        assertThat(database.count("state <> 'completed' or lease is not null")).isZero();
        assertThat(runs("not alone")).as("beside another attempt").isZero();
        assertThat(runs("true")).isGreaterThanOrEqualTo(JOBS);
        attemptsAddUp();
    }

    @Test
    void jobs_of_a_process_that_stood_still_are_rescued_and_when_it_goes_on_it_ends_none_of_them() throws Exception {
        database.insert(4000);
        start();
        JobDatabase.await().until(() -> database.count("state = 'completed'") >= 200);
        long frozen = processes.getFirst().pid();
        FrozenProcess.freeze(frozen);
        String lease = lease(frozen);
        assertThat(database.count("state = 'executing' and lease = " + lease)).isPositive();
        start();

        database.awaitCount("state = 'completed'", 4000);
        List<String> before = rows();
        FrozenProcess.thaw(frozen);
        JobDatabase.await().until(() -> Long.parseLong(lease(frozen)) > Long.parseLong(lease));
        processes.removeLast().destroyForcibly().waitFor();
        database.insert(1000);
        database.awaitCount("state = 'completed'", 5000);
        assertThat(rows()).startsWith(before.toArray(String[]::new)).hasSize(5000);
        attemptsAddUp();
    }

    @Test
    void a_process_that_stands_still_anywhere_holds_no_job_that_it_has_not_claimed() throws Exception {
        start();
        long process = processes.getFirst().pid();
        for (int i = 0; i < FREEZES; i++) {
            long completed = database.count("state = 'completed'");
            database.insert(1_000);
            JobDatabase.await().until(() -> database.count("state = 'completed'") > completed);
            FrozenProcess.freeze(process);
            JobDatabase.await().until(() -> sessions(process, "active") == 0);
            assertThat(sessions(process, "idle in transaction"))
                    .as("open transactions, freeze %d", i)
                    .isZero();
            FrozenProcess.thaw(process);
        }
    }

    private long sessions(long process, String state) {
        return database.sql.queryForObject(
                "select count(*) from pg_stat_activity where application_name = ? and state = ?",
                Long.class,
                JobMain.session(process),
                state);
    }

    /** Its latest. */
    private String lease(long process) {
        return database.sql.queryForObject(
                "select coalesce(max(id), 0)::text from headgate.job_lease where holder like '%of process ' || ?",
                String.class, Long.toString(process));
    }

    private List<String> rows() {
        return database.sql.queryForList(
                "select md5(j::text) from headgate.job j where queue = ? order by id", String.class, database.queue);
    }

    private void attemptsAddUp() {
        assertThat(database.sql.queryForObject(
                        "select count(*) from headgate.job j where queue = ? and ((attempt = 1) <> (errors = '[]') or"
                                + " attempt - 1 <> jsonb_array_length(errors)"
                                + " or not exists (select from run where job = j.id and attempt = j.attempt))",
                        Long.class,
                        database.queue))
                .as("attempts that do not add up")
                .isZero();
        assertThat(database.count("attempt > 1 and errors::text like '%its process stopped%'"))
                .as("rescued")
                .isPositive();
    }

    private long runs(String condition) {
        return database.sql.queryForObject("select count(*) from run where " + condition, Long.class);
    }

    private void start() throws IOException {
        HikariDataSource pool = database.pool;
        String url = ((DriverManagerDataSource) pool.getDataSource()).getUrl();
        Path output = Files.createDirectories(Path.of("target", "job-kill"));
        processes.addLast(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        JobMain.class.getName(),
                        url,
                        "postgres",
                        database.queue)
                .redirectErrorStream(true)
                .redirectOutput(Files.createTempFile(output, "process-", ".log").toFile())
                .start());
    }
}

package dev.headgate.job;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Processes are killed while they execute jobs: each job completes, and none runs beside itself. */
class JobKillIT {

    private static final int JOBS = 20_000;
    private static final int KILLS = 3;

    private final JobDatabase database = new JobDatabase();
    private final Deque<Process> processes = new ArrayDeque<>();

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
        database.sql.execute("create table run (job bigint, attempt int, alone boolean, primary key (job, attempt))");
        database.insert(JOBS);
        start();
        start();

        for (int kill = 1; kill <= KILLS; kill++) {
            long target = database.count("state = 'completed'") + 500 + random.nextInt(JOBS / KILLS / 2);
            JobDatabase.await()
                    .atMost(java.time.Duration.ofMinutes(2))
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

        JobDatabase.await()
                .atMost(java.time.Duration.ofMinutes(2))
                .until(() -> database.count("state = 'completed'") == JOBS);
        assertThat(database.count("state <> 'completed' or lease is not null")).isZero();
        assertThat(runs("not alone")).as("beside another attempt").isZero();
        assertThat(runs("true")).isGreaterThanOrEqualTo(JOBS);
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
        String url = ((org.springframework.jdbc.datasource.DriverManagerDataSource) pool.getDataSource()).getUrl();
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

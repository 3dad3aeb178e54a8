package dev.headgate.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What happens to processes. */
final class WorkerFaults {

    private WorkerFaults() {}

    /** SIGKILL; healed by another one in its place. */
    static final class Killed implements Fault {
        private final Workers workers;
        private @Nullable Worker worker;

        Killed(Site site) {
            workers = site.workers();
        }

        @Override
        public void apply() throws InterruptedException {
            worker = workers.take();
            worker.kill();
        }

        @Override
        public void heal() throws IOException {
            Worker next = Objects.requireNonNull(worker);
            next.start();
            workers.giveBack(next);
        }
    }

    /** SIGSTOP with a transaction open, if there is one to catch, past the session timeout; then SIGCONT. */
    static final class Frozen implements Fault {
        private static final int TRIES = 300;
        private static final long BETWEEN_MILLIS = 3;
        private static final String OPEN = "select count(*) from pg_stat_activity where application_name = ?"
                + " and xact_start is not null and state like 'idle in transaction%'";

        private final Site site;
        private @Nullable Worker worker;

        Frozen(Site site) {
            this.site = site;
        }

        @Override
        public void apply() throws InterruptedException {
            worker = site.workers().take();
            worker.freeze();
            for (int tries = 0; tries < TRIES && site.count(OPEN, worker.name()) == 0; tries++) {
                worker.thaw();
                Thread.sleep(BETWEEN_MILLIS);
                worker.freeze();
            }
        }

        @Override
        public void heal() {
            Worker frozen = Objects.requireNonNull(worker);
            frozen.thaw();
            site.workers().giveBack(frozen);
        }
    }

    /** SIGTERM; healed by another one in its place. */
    static final class Leaves implements Fault {
        private final Workers workers;
        private @Nullable Worker worker;

        Leaves(Site site) {
            workers = site.workers();
        }

        @Override
        public void apply() throws InterruptedException {
            worker = workers.take();
            workers.terminate(worker);
        }

        @Override
        public void heal() throws IOException {
            Worker next = Objects.requireNonNull(worker);
            next.start();
            workers.giveBack(next);
        }
    }

    /** One more; healed by SIGTERM. */
    static final class Joins implements Fault {
        private static final int TRIES = 600;
        private static final long BETWEEN_MILLIS = 50;
        private static final String SESSIONS = "select count(*) from pg_stat_activity where application_name = ?";

        private final Site site;
        private @Nullable Worker worker;

        Joins(Site site) {
            this.site = site;
        }

        @Override
        public void apply() throws IOException {
            worker = site.workers().started();
        }

        @Override
        public void heal() throws InterruptedException {
            Worker joined = Objects.requireNonNull(worker);
            // One that has not begun yet has nothing to leave.
            for (int tries = 0; tries < TRIES && site.count(SESSIONS, joined.name()) == 0; tries++) {
                Thread.sleep(BETWEEN_MILLIS);
            }
            site.workers().terminate(joined);
        }
    }

    /** Somebody edits a route of all processes, in a way that changes nothing. */
    static final class RoutesEdited implements Fault {
        private final Path routes;

        RoutesEdited(Site site) {
            routes = site.routes();
        }

        @Override
        public void apply() throws IOException {
            try (Stream<Path> files = Files.list(routes)) {
                List<Path> yaml = files.filter(file -> file.toString().endsWith(".camel.yaml"))
                        .sorted()
                        .toList();
                Files.write(yaml.get(0), "# Edited.\n".getBytes(StandardCharsets.UTF_8), StandardOpenOption.APPEND);
            }
        }

        @Override
        public void heal() {
            // It stays so.
        }
    }
}

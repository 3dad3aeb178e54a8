package dev.headgate.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What happens to processes. */
final class WorkerFaults {

    private WorkerFaults() {}

    /** One ends; healed by another one in its place. */
    private abstract static class Replaced implements Fault {
        final Workers workers;
        private @Nullable Worker worker;

        Replaced(Site site) {
            workers = site.workers();
        }

        abstract void end(Worker worker) throws IOException, InterruptedException;

        @Override
        public void apply() throws IOException, InterruptedException {
            worker = workers.take();
            end(worker);
        }

        @Override
        public void heal() throws IOException, InterruptedException {
            Worker next = Objects.requireNonNull(worker);
            next.start();
            workers.giveBack(next);
        }
    }

    /** SIGKILL. */
    static final class Killed extends Replaced {

        Killed(Site site) {
            super(site);
        }

        @Override
        void end(Worker worker) throws InterruptedException {
            worker.kill();
        }
    }

    /** SIGTERM. */
    static final class Leaves extends Replaced {

        Leaves(Site site) {
            super(site);
        }

        @Override
        void end(Worker worker) throws InterruptedException {
            workers.terminate(worker);
        }
    }

    /** SIGKILL, and one whose clock is an hour fast or slow in its place, for a while. */
    static final class ClockWrong extends Replaced {
        private static final List<String> OFFSETS = List.of("+1h", "-1h");
        private static final AtomicInteger NEXT = new AtomicInteger();
        private @Nullable Worker wrong;

        ClockWrong(Site site) {
            super(site);
        }

        @Override
        void end(Worker worker) throws IOException, InterruptedException {
            wrong = worker;
            worker.kill();
            worker.start(WrongClock.environment(OFFSETS.get(Math.floorMod(NEXT.getAndIncrement(), OFFSETS.size()))));
        }

        @Override
        public void heal() throws IOException, InterruptedException {
            Objects.requireNonNull(wrong).kill();
            super.heal();
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

    /** Somebody edits a route of all processes: with how many lanes its batch is written, where it says so in YAML's block form. */
    static final class RoutesEdited implements Fault {
        private static final int MOST_LANES = 5;
        private static final Pattern BATCH =
                Pattern.compile("(?m)^( *)uri: [\"']?batch:[\\w-]+[\"']?\n\\1parameters:\n(?:\\1  lanes: \\d+\n)?");
        private static final AtomicInteger NEXT = new AtomicInteger();
        private final Path routes;

        RoutesEdited(Site site) {
            routes = site.routes();
        }

        @Override
        public void apply() throws IOException {
            int lanes = 1 + Math.floorMod(NEXT.getAndIncrement(), MOST_LANES);
            try (Stream<Path> files = Files.list(routes)) {
                for (Path file : files.filter(path -> path.toString().endsWith(".camel.yaml"))
                        .sorted()
                        .toList()) {
                    Files.writeString(file, edited(Files.readString(file), lanes));
                }
            }
        }

        /** Without such a batch a comment more. */
        static String edited(String yaml, int lanes) {
            Matcher batch = BATCH.matcher(yaml);
            return batch.find()
                    ? batch.replaceAll(found -> found.group().replaceFirst(" *lanes: \\d+\n", "") + found.group(1)
                            + "  lanes: " + lanes + "\n")
                    : yaml + "# Edited.\n";
        }

        @Override
        public void heal() {
            // It stays so.
        }
    }
}

package dev.headgate.chaos;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.random.RandomGenerator;

/** What can go wrong. Two that harm the same place do not do so at once. */
@SuppressWarnings("ImmutableEnumChecker") // the makers are lambdas without state
enum FaultKind {
    WORKER_KILLED(Place.WORKER, 200, 1_500, WorkerFaults.Killed::new),
    WORKER_FROZEN(Place.WORKER, 7_000, 9_000, WorkerFaults.Frozen::new),
    WORKER_LEAVES(Place.WORKER, 500, 2_000, WorkerFaults.Leaves::new),
    WORKER_JOINS(Place.WORKER, 4_000, 7_000, WorkerFaults.Joins::new),
    CLOCK_WRONG(Place.WORKER, 9_000, 13_000, WorkerFaults.ClockWrong::new),
    ROUTES_EDITED(Place.WORKER, 0, 500, WorkerFaults.RoutesEdited::new),

    POSTGRES_STOPPED(Place.SERVER, 500, 3_000, PostgresFaults.Stopped::new),
    POSTGRES_CRASHED(Place.SERVER, 100, 1_500, PostgresFaults.Crashed::new),
    POSTGRES_FROZEN(Place.SERVER, 1_000, 4_000, PostgresFaults.Frozen::new),

    CONNECTIONS_CUT(Place.NETWORK, 500, 3_000, ConnectionFaults.toPostgres(ConnectionFaults.Cut::new)),
    CONNECTIONS_DELAYED(Place.NETWORK, 1_000, 4_000, ConnectionFaults.toPostgres(ConnectionFaults.Delayed::new)),
    CONNECTIONS_SILENT(Place.NETWORK, 1_000, 5_000, ConnectionFaults.toPostgres(ConnectionFaults.Silent::new)),
    CONNECTIONS_REFUSED(Place.NETWORK, 500, 3_000, ConnectionFaults.toPostgres(ConnectionFaults.Refused::new)),

    READ_ONLY(Place.ROLE, 500, 3_000, SqlFault.readOnly()),
    CONNECTION_LIMIT(Place.ROLE, 500, 3_000, SqlFault.connectionLimit()),
    GRANT_REVOKED(Place.ROLE, 500, 3_000, SqlFault.grantRevoked()),

    TABLE_LOCKED(Place.TABLE, 1_000, 5_000, TableLocked::new),
    SINK_SLOW(Place.TABLE, 1_000, 4_000, SqlFault.slow()),
    DISK_FULL(Place.TABLE, 500, 3_000, SqlFault.diskFull()),
    COLUMN_RENAMED(Place.TABLE, 500, 3_000, SqlFault.columnRenamed()),

    BROKER_RESTARTED(Place.BROKER, 100, 2_000, BrokerFaults.Restarted::new),
    BROKER_KILLED(Place.BROKER, 200, 6_000, BrokerFaults.Killed::new),
    BROKER_FROZEN(Place.BROKER, 5_000, 8_000, BrokerFaults.Frozen::new),
    BROKERS_IN_TURN(Place.BROKER, 0, 500, BrokerFaults.RestartedInTurn::new),
    BROKERS_KILLED(Place.BROKER, 100, 1_500, BrokerFaults.AllKilled::new),
    PARTITION_ADDED(Place.BROKER, 0, 500, TopicFaults.PartitionAdded::new),
    TOPIC_MADE_AGAIN(Place.BROKER, 0, 500, TopicFaults.TopicMadeAgain::new),
    RECORDS_DELETED(Place.BROKER, 0, 500, TopicFaults.RecordsDeleted::new),

    REDELIVERED(Place.QUEUE, 1_000, 5_000, QueueFaults.Redelivered::new),
    GIVEN_BACK(Place.QUEUE, 1_000, 5_000, QueueFaults.GivenBack::new),
    QUEUE_UNAVAILABLE(Place.QUEUE, 500, 4_000, ConnectionFaults.toQueue(ConnectionFaults.Unavailable::new)),
    QUEUE_CUT(Place.QUEUE, 500, 3_000, ConnectionFaults.toQueue(ConnectionFaults.Cut::new)),
    QUEUE_SILENT(Place.QUEUE, 1_000, 9_000, ConnectionFaults.toQueue(ConnectionFaults.Silent::new)),
    QUEUE_REFUSED(Place.QUEUE, 500, 4_000, ConnectionFaults.toQueue(ConnectionFaults.Refused::new)),

    S3_UNAVAILABLE(Place.STORE, 500, 6_000, ConnectionFaults.toS3(ConnectionFaults.Unavailable::new)),
    S3_CUT(Place.STORE, 500, 4_000, ConnectionFaults.toS3(ConnectionFaults.Cut::new)),
    S3_DELAYED(Place.STORE, 1_000, 4_000, ConnectionFaults.toS3(ConnectionFaults.Delayed::new)),
    S3_SILENT(Place.STORE, 1_000, 5_000, ConnectionFaults.toS3(ConnectionFaults.Silent::new)),

    POISON(Place.LOAD, 1_000, 3_000, LoadFaults.poison()),
    DUPLICATES(Place.LOAD, 1_000, 3_000, LoadFaults.duplicates()),
    REORDERING(Place.LOAD, 1_000, 3_000, LoadFaults.reordering()),
    BURST(Place.LOAD, 1_000, 2_000, LoadFaults.burst());

    /** Where it is wrong. */
    enum Place {
        WORKER,
        SERVER,
        NETWORK,
        ROLE,
        TABLE,
        /** Of a site that reads a topic. */
        BROKER,
        /** Of one that reads a queue. */
        QUEUE,
        /** Of one that writes objects. */
        STORE,
        LOAD
    }

    /** Makes one that acts upon a site. */
    interface Maker {
        Fault make(Site site);
    }

    private final Place place;
    private final int leastMillis;
    private final int mostMillis;
    private final Maker maker;

    FaultKind(Place place, int leastMillis, int mostMillis, Maker maker) {
        this.place = place;
        this.leastMillis = leastMillis;
        this.mostMillis = mostMillis;
        this.maker = maker;
    }

    Place place() {
        return place;
    }

    /** How long one lasts, from being applied to being healed. */
    Duration lasts(RandomGenerator random) {
        return Duration.ofMillis(random.nextInt(leastMillis, mostMillis + 1));
    }

    /** Those that this machine can do in these places. */
    static Set<FaultKind> possible(Set<Place> places) {
        Set<FaultKind> possible = EnumSet.allOf(FaultKind.class);
        possible.removeIf(kind -> !places.contains(kind.place));
        if (!WrongClock.isPossible()) {
            possible.remove(CLOCK_WRONG);
        }
        return possible;
    }

    Fault on(Site site) {
        return maker.make(site);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

package dev.headgate.chaos;

/** One thing that is wrong for a while: made for one strike, applied once and then healed once, by one thread. */
interface Fault {

    /** Returns when it is wrong; may wait until it can be, as for a server that is away. */
    void apply() throws Exception;

    /** Returns when it is right again; what suffered from it need not have noticed. */
    void heal() throws Exception;

    /** Whether anything was wrong, as far as that can be told; asked when it is healed. Only then it counts. */
    default boolean hasStruck() {
        return true;
    }
}

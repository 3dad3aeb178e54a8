package dev.headgate.s3;

import java.util.ArrayList;
import java.util.List;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * What one attempt of a batch has rendered: its transaction commits only if all of it is in the manifest, and, however it
 * ends, the temporary files are deleted. Used by the lane's thread only.
 */
final class PendingObjects implements TransactionSynchronization {

    private final List<Spill> spills = new ArrayList<>();
    private boolean complete;

    /** Joins the transaction of this thread. */
    static PendingObjects join() {
        if (!TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException(
                    "There is no transaction to put objects in: objects: must be a step of the route that consumes"
                            + " from batch:, and not on another thread");
        }
        PendingObjects pending = new PendingObjects();
        TransactionSynchronizationManager.registerSynchronization(pending);
        return pending;
    }

    Spill spill(int mostInMemory) {
        Spill spill = new Spill(mostInMemory);
        spills.add(spill);
        return spill;
    }

    /** All of it is in the manifest. */
    void complete() {
        complete = true;
    }

    @Override
    public void beforeCommit(boolean readOnly) {
        if (!complete) {
            throw new IllegalStateException("Not all objects of the batch are in the manifest: the route must not"
                    + " handle what objects: throws");
        }
    }

    @Override
    public void afterCompletion(int status) {
        spills.forEach(Spill::delete);
    }
}

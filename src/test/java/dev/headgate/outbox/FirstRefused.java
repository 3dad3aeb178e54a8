package dev.headgate.outbox;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestHeader;
import org.apache.kafka.common.requests.RequestUtils;
import org.apache.kafka.common.requests.ResponseHeader;

/**
 * A way to a broker on loopback that answers the first produce request itself, as a broker does that does not lead the
 * partition yet, and lets all others through: also those that the producer has sent behind it without waiting.
 */
final class FirstRefused implements AutoCloseable {

    /** How long a producer that sends without waiting may take to send its second request. */
    private static final long SECOND_MILLIS = 1_000;

    private final ServerSocket server;
    private final AtomicBoolean refused = new AtomicBoolean();

    FirstRefused(int target) {
        try {
            server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        daemon(() -> {
            while (true) {
                Socket client = server.accept();
                Socket broker = new Socket(InetAddress.getLoopbackAddress(), target);
                Connection connection = new Connection(client, broker);
                daemon(connection::passRequests);
                daemon(connection::passResponses);
            }
        });
    }

    String bootstrapServers() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    boolean hasRefused() {
        return refused.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void daemon(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException | InterruptedException e) {
                // a side has closed
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    /** One connection of a client; answers go in the order of the requests. */
    private final class Connection {

        private final DataInputStream requests;
        private final DataOutputStream toBroker;
        private final DataInputStream responses;
        private final DataOutputStream toClient;
        private final Map<Integer, RequestHeader> unanswered = new ConcurrentHashMap<>();

        Connection(Socket client, Socket broker) throws IOException {
            requests = new DataInputStream(client.getInputStream());
            toBroker = new DataOutputStream(broker.getOutputStream());
            responses = new DataInputStream(broker.getInputStream());
            toClient = new DataOutputStream(client.getOutputStream());
        }

        void passRequests() throws IOException, InterruptedException {
            while (true) {
                byte[] frame = read(requests);
                ByteBuffer buffer = ByteBuffer.wrap(frame);
                RequestHeader header = RequestHeader.parse(buffer);
                if (header.apiKey() == ApiKeys.PRODUCE && refused.compareAndSet(false, true)) {
                    refuse(header, buffer);
                } else {
                    unanswered.put(header.correlationId(), header);
                    write(toBroker, frame);
                }
            }
        }

        private void refuse(RequestHeader header, ByteBuffer body) throws IOException, InterruptedException {
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(SECOND_MILLIS);
            while (!unanswered.isEmpty() || (requests.available() == 0 && System.nanoTime() < deadline)) {
                Thread.sleep(1);
            }
            ApiMessage answer = AbstractRequest.parseRequest(
                            header.apiKey(), header.apiVersion(), new ByteBufferAccessor(body))
                    .request
                    .getErrorResponse(0, Errors.NOT_LEADER_OR_FOLLOWER.exception())
                    .data();
            answer(header, answer);
        }

        void passResponses() throws IOException {
            while (true) {
                byte[] frame = read(responses);
                RequestHeader header = unanswered.get(ByteBuffer.wrap(frame).getInt());
                if (header.apiKey() == ApiKeys.METADATA) {
                    ByteBuffer buffer = ByteBuffer.wrap(frame);
                    ResponseHeader.parse(buffer, header.toResponseHeader().headerVersion());
                    MetadataResponseData metadata =
                            new MetadataResponseData(new ByteBufferAccessor(buffer), header.apiVersion());
                    metadata.brokers().forEach(broker -> broker.setPort(server.getLocalPort()));
                    answer(header, metadata);
                } else {
                    write(toClient, frame);
                }
                unanswered.remove(header.correlationId());
            }
        }

        private void answer(RequestHeader header, ApiMessage body) throws IOException {
            ResponseHeader response = header.toResponseHeader();
            ByteBuffer bytes =
                    RequestUtils.serialize(response.data(), response.headerVersion(), body, header.apiVersion());
            byte[] frame = new byte[bytes.remaining()];
            bytes.get(frame);
            write(toClient, frame);
        }

        private static byte[] read(DataInputStream from) throws IOException {
            byte[] frame = new byte[from.readInt()];
            from.readFully(frame);
            return frame;
        }

        private static void write(DataOutputStream to, byte[] frame) throws IOException {
            synchronized (to) {
                to.writeInt(frame.length);
                to.write(frame);
                to.flush();
            }
        }
    }
}

package org.quantsweep.jobs.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands before a server and dies at its k-th request; nobody hears from it again. What it passed
 * on before, the server has done.
 */
final class DyingServer implements AutoCloseable {
  /** How far the last request comes. */
  enum Death {
    /** Nothing of it reaches the server. */
    BEFORE,
    /** The server gets its head and half of its body, then the connection ends. */
    HALFWAY,
    /** The server does what it says, but nobody is told. */
    AFTER
  }

  private final URI target;
  private final int last;
  private final Death death;
  private final HttpServer server;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  // Written by the thread that answers, read by the one that asks.
  private final AtomicInteger requests = new AtomicInteger();
  private volatile boolean lastHadBody;

  DyingServer(String target, int last, Death death) throws IOException {
    this.target = URI.create(target);
    this.last = last;
    this.death = death;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    // One thread: requests have an order.
    server.createContext("/", this::handle);
    server.start();
  }

  String address() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** Whether somebody asked often enough. */
  boolean isDead() {
    return requests.get() >= last;
  }

  /** Whether the request that it died at can come halfway. */
  boolean lastHadBody() {
    return lastHadBody;
  }

  @Override
  public void close() {
    server.stop(0);
  }

  private void handle(HttpExchange exchange) throws IOException {
    int request = requests.incrementAndGet();
    byte[] body = exchange.getRequestBody().readAllBytes();
    try {
      if (request == last) {
        lastHadBody = body.length > 0;
      }
      if (request < last) {
        HttpResponse<byte[]> answer = pass(exchange, body);
        boolean empty = answer.body().length == 0;
        exchange.sendResponseHeaders(answer.statusCode(), empty ? -1 : answer.body().length);
        if (!empty) {
          exchange.getResponseBody().write(answer.body());
        }
      } else if (request == last && death == Death.HALFWAY) {
        passHalf(exchange, body);
      } else if (request == last && death == Death.AFTER) {
        pass(exchange, body);
      }
    } finally {
      // Without an answer this ends the connection.
      exchange.close();
    }
  }

  private HttpResponse<byte[]> pass(HttpExchange exchange, byte[] body) throws IOException {
    HttpRequest.Builder builder =
        HttpRequest.newBuilder(target.resolve(exchange.getRequestURI()))
            .method(
                exchange.getRequestMethod(),
                body.length == 0
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body));
    String type = exchange.getRequestHeaders().getFirst("Content-Type");
    if (type != null) {
      builder.header("Content-Type", type);
    }
    try {
      return client.send(builder.build(), HttpResponse.BodyHandlers.ofByteArray());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  private void passHalf(HttpExchange exchange, byte[] body) throws IOException {
    String head =
        exchange.getRequestMethod()
            + " "
            + exchange.getRequestURI()
            + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
            + exchange.getRequestHeaders().getFirst("Content-Type")
            + "\r\nContent-Length: "
            + body.length
            + "\r\n\r\n";
    try (Socket socket = new Socket(target.getHost(), target.getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      out.write(body, 0, body.length / 2);
      out.flush();
    }
  }
}

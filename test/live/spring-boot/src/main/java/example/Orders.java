package example;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.http.HttpStatus;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** A small application as teams have it: a database, requests that succeed, that are slow and that fail. */
@SpringBootApplication
@RestController
public class Orders {
  private static final Logger log = LoggerFactory.getLogger(Orders.class);
  private final List<ByteBuffer> leaked = new ArrayList<>();
  private final JdbcTemplate database;

  public Orders(JdbcTemplate database) {
    this.database = database;
  }

  public static void main(String[] args) {
    SpringApplication.run(Orders.class, args);
  }

  @GetMapping("/orders/{id}")
  public String order(@PathVariable int id) {
    log.info("Order {} asked for", id);
    return database.queryForObject("select name from orders where id = ?", String.class, id % 10);
  }

  /** The database works for a while: each time it is asked something else. */
  @GetMapping("/report/{id}")
  public Integer report(@PathVariable int id) {
    log.warn("Report is slow");
    return database.queryForObject("select count(*) from system_range(1, 1000) a, system_range(1, 1000) b where mod(a.x * b.x, 7) = ?", Integer.class, id);
  }

  @PostMapping("/orders/{id}/pay")
  public String pay(@PathVariable int id) {
    throw new PaymentFailed("주문 " + id + " 결제 실패: card declined");
  }

  /** Nobody handles this one: Spring logs it, with its stack trace. */
  @PostMapping("/orders/{id}/cancel")
  public String cancel(@PathVariable int id) {
    throw new IllegalStateException("Order " + id + " is already sent");
  }

  /** The database is slow: it answers after so many milliseconds. */
  @GetMapping("/late/{milliseconds}")
  public String late(@PathVariable long milliseconds) {
    database.execute("call pause(" + milliseconds + ")");
    return "late";
  }

  /** Takes memory outside the heap and keeps it. */
  @PostMapping("/leak/{mebibytes}")
  public int leak(@PathVariable int mebibytes) {
    for (int i = 0; i < mebibytes; i++) leaked.add(ByteBuffer.allocateDirect(1 << 20));
    return leaked.size();
  }

  /** Takes as much as the heap holds, so that garbage is collected. */
  @GetMapping("/garbage")
  public int garbage() {
    int length = 0;
    for (int i = 0; i < 64; i++) length += new byte[1 << 20].length;
    return length;
  }

  @ResponseStatus(HttpStatus.INTERNAL_SERVER_ERROR)
  static class PaymentFailed extends RuntimeException {
    PaymentFailed(String message) {
      super(message);
      log.error(message, this);
    }
  }
}

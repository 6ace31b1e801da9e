import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * An HTTP server over JSSE for the tests of tlslegacy. It speaks everything
 * that JSSE has; the client chooses. POST gives the body back, GET /NUMBER
 * gives so many bytes, and /renegotiate asks for a new handshake before its
 * answer. It prints the ports of three listeners, which want no, may want and
 * need a client certificate, and ends when its standard input does.
 *
 * Arguments: the folder with rsa.pem, rsa.key, ecdsa.pem and ecdsa.key.
 */
public class Server {
    public static void main(String[] args) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (String[] kind : new String[][] {{"rsa", "RSA"}, {"ecdsa", "EC"}}) {
            Path folder = Path.of(args[0]);
            List<X509Certificate> chain = new ArrayList<>();
            for (Certificate c : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(folder.resolve(kind[0] + ".pem"))))) {
                chain.add((X509Certificate) c);
            }
            String pem = Files.readString(folder.resolve(kind[0] + ".key")).replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
            PrivateKey key = KeyFactory.getInstance(kind[1]).generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
            store.setKeyEntry(kind[0], key, new char[0], chain.toArray(new Certificate[0]));
        }
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), new TrustManager[] {new Anybody()}, null);

        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task);
            thread.setDaemon(true);
            return thread;
        });
        StringBuilder ports = new StringBuilder("PORTS");
        for (int i = 0; i < 3; i++) {
            SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory()
                .createServerSocket(0, 100, InetAddress.getByName("127.0.0.1"));
            listener.setEnabledProtocols(new String[] {"SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2"});
            listener.setEnabledCipherSuites(listener.getSupportedCipherSuites());
            listener.setWantClientAuth(i == 1);
            if (i == 2) {
                listener.setNeedClientAuth(true);
            }
            ports.append(' ').append(listener.getLocalPort());
            threads.submit(() -> {
                while (true) {
                    SSLSocket socket = (SSLSocket) listener.accept();
                    threads.submit(() -> serve(socket));
                }
            });
        }
        System.out.println(ports);
        while (System.in.read() >= 0) {
            // Nothing is ever sent: the test ends, and so does this.
        }
        System.exit(0);
    }

    static Void serve(SSLSocket socket) throws IOException {
        try (socket) {
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            String request;
            while (!(request = line(in)).isEmpty()) {
                int length = 0;
                for (String header = line(in); !header.isEmpty(); header = line(in)) {
                    if (header.toLowerCase().startsWith("content-length:")) {
                        length = Integer.parseInt(header.substring(15).trim());
                    }
                }
                byte[] body = in.readNBytes(length);
                String path = request.split(" ")[1].substring(1);
                if (path.equals("renegotiate")) {
                    socket.startHandshake();
                } else if (!path.isEmpty()) {
                    body = new byte[Integer.parseInt(path)];
                }
                out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + body.length
                    + "\r\nX-Protocol: " + socket.getSession().getProtocol()
                    + "\r\nX-Suite: " + socket.getSession().getCipherSuite()
                    + "\r\nX-Client: " + clientOf(socket) + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                out.write(body);
                out.flush();
            }
        }
        return null;
    }

    static String clientOf(SSLSocket socket) {
        try {
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0]).getSubjectX500Principal().getName();
        } catch (IOException none) {
            return "none";
        }
    }

    static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            line.write(b);
        }
        return line.toString(StandardCharsets.US_ASCII).trim();
    }

    static class Anybody implements X509TrustManager {
        public void checkClientTrusted(X509Certificate[] chain, String kind) {}

        public void checkServerTrusted(X509Certificate[] chain, String kind) {}

        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}

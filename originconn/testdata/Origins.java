import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

/**
 * Old origins over JSSE, each with one protocol and one cipher suite: what no
 * other server at hand still speaks. Each request is answered with the protocol
 * and the suite that the server believes in, over kept-alive connections. It
 * prints the port of each and ends when it is told to.
 *
 * Arguments: the certificate and its key in PEM, then PROTOCOL/SUITE for each.
 */
public class Origins {
    public static void main(String[] args) throws Exception {
        // Before JSSE reads them: nothing that it has is forbidden.
        for (String name : new String[] {"jdk.tls.disabledAlgorithms", "jdk.tls.legacyAlgorithms", "jdk.certpath.disabledAlgorithms"}) {
            Security.setProperty(name, "");
        }
        Certificate[] chain = CertificateFactory.getInstance("X.509")
            .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(Path.of(args[0])))).toArray(new Certificate[0]);
        String pem = Files.readString(Path.of(args[1])).replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
        PrivateKey key = KeyFactory.getInstance("RSA").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("origin", key, new char[0], chain);
        KeyManagerFactory keys = KeyManagerFactory.getInstance("SunX509");
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);

        ExecutorService threads = Executors.newCachedThreadPool();
        StringBuilder ports = new StringBuilder("PORTS");
        for (int i = 2; i < args.length; i++) {
            String[] spec = args[i].split("/");
            SSLServerSocket listener = (SSLServerSocket) context.getServerSocketFactory()
                .createServerSocket(0, 100, InetAddress.getByName("127.0.0.1"));
            listener.setEnabledProtocols(new String[] {spec[0]});
            listener.setEnabledCipherSuites(new String[] {spec[1]});
            ports.append(' ').append(listener.getLocalPort());
            threads.submit(() -> {
                while (true) {
                    SSLSocket socket = (SSLSocket) listener.accept();
                    threads.submit(() -> serve(socket));
                }
            });
        }
        System.out.println(ports);
    }

    static Void serve(SSLSocket socket) throws IOException {
        try (socket) {
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (line.isEmpty()) {
                    String body = socket.getSession().getProtocol() + " " + socket.getSession().getCipherSuite();
                    socket.getOutputStream().write(("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.US_ASCII));
                }
            }
        }
        return null;
    }
}

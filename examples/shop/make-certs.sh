#!/bin/sh
# Certificates for the example: a root that stands in for a public CA, an
# intermediate, and the origin's leaf. certs/right has the chain that CloudFront
# needs, certs/wrong the leaf alone, the commonest mistake.
set -eu
cd "$(dirname "$0")"
rm -rf certs && mkdir -p certs/right certs/wrong certs/made && cd certs/made

request() { # request NAME SUBJECT
  openssl req -new -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "$2" 2>/dev/null
}
extensions() { printf '%s\n' "$@" > extensions; }

extensions "basicConstraints=critical,CA:TRUE" "keyUsage=critical,keyCertSign,cRLSign" "subjectKeyIdentifier=hash"
request root "/O=Shop/CN=Shop test root"
openssl x509 -req -in root.csr -signkey root.key -days 365 -extfile extensions -out root.pem 2>/dev/null
request intermediate "/O=Shop/CN=Shop test intermediate"
openssl x509 -req -in intermediate.csr -CA root.pem -CAkey root.key -CAcreateserial -days 365 -extfile extensions -out intermediate.pem 2>/dev/null

extensions "subjectAltName=DNS:origin.shop.example.com" "extendedKeyUsage=serverAuth"
request leaf "/CN=origin.shop.example.com"
openssl x509 -req -in leaf.csr -CA intermediate.pem -CAkey intermediate.key -CAcreateserial -days 90 -extfile extensions -out leaf.pem 2>/dev/null

cd ..
cp made/root.pem ca.pem
cat made/leaf.pem made/intermediate.pem > right/fullchain.pem
cp made/leaf.pem wrong/fullchain.pem
cp made/leaf.key right/key.pem
cp made/leaf.key wrong/key.pem
chmod 644 ca.pem right/* wrong/*
rm -rf made

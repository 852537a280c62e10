# Run by clean_root.py in a bare Debian: /try has the packages and the outside project.
set -eux
export DEBIAN_FRONTEND=noninteractive
cd /try
install() { apt-get install -qq -y --no-install-recommends "$@" >/dev/null; }

# The tools bring what they need with them.
install ./hookwire_*.deb ./libhookwire"${VERSION%.*}"_*.deb
dpkg --verify hookwire
hookwire --version | grep -qxF "hookwire $VERSION"
hookwire demo >demo.out || { cat demo.out; exit 1; }

# An outside project and a hook library, with the shared library and with the archives.
install ./libhookwire-dev_*.deb ./hookwire-doc_*.deb g++ cmake make
test -e /usr/share/doc/hookwire/docs/wire.md
build() { cmake -S outside -B "$1" -DVERSION="$VERSION" -DLINKAGE="$2" && cmake --build "$1"; }
build shared "" >build.out 2>&1 || { cat build.out; exit 1; }
install libspdlog-dev libssl-dev libzmq3-dev
build static static >build.out 2>&1 || { cat build.out; exit 1; }
for kind in shared static; do
  [ "$($kind/outside | tail -n 1)" = post/add/host@backend ]
  cat >hw.conf <<CONFIG
[DEFAULT]
enabled_backends = gold
host = nas01
[gold]
driver = directory
directory_root = var/$kind
hook_drivers = crossing=$kind/libcrossing_hook.so:CrossingHook
[gold:crossing]
absent = s-gone
CONFIG
  echo '{"method":"create_share_instance","args":{"share_id":"s-1","size_gb":1,"share_proto":"NFS"}}' |
    hookwire host -c hw.conf | grep -F '"result":["s-1","bad_input","1 inside"]'
done

# All of it goes again, hosts first: what a running systemd would be asked.
mkdir -p /run/systemd/system
printf '#!/bin/sh\necho "$*" >>/try/asked\n' >/usr/local/bin/systemctl
chmod 755 /usr/local/bin/systemctl
dpkg --purge hookwire-doc libhookwire-dev hookwire "libhookwire${VERSION%.*}"
[ "$(head -n 1 /try/asked)" = "stop hookwire-host@*.service hookwire-host@*.socket" ]
[ "$(tail -n 1 /try/asked)" = daemon-reload ]
[ -z "$(find /usr /lib /etc -name '*hookwire*')" ]
echo "the packages work in a bare Debian"

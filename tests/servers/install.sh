#!/bin/sh
# Makes sure that Dovecot and Postfix are there for the tests that talk to real servers.
# Installs the Debian packages when it may; never starts a system service.
set -eu
PATH=$PATH:/usr/sbin:/sbin

missing() {
    absent=
    command -v dovecot >/dev/null 2>&1 || absent="$absent dovecot"
    [ -x /usr/lib/dovecot/imap ] || [ -x /usr/libexec/dovecot/imap ] || absent="$absent dovecot-imapd"
    [ -x /usr/lib/dovecot/lmtp ] || [ -x /usr/libexec/dovecot/lmtp ] || absent="$absent dovecot-lmtpd"
    command -v postconf >/dev/null 2>&1 || absent="$absent postfix"
    [ -n "$absent" ]
}

give_up() {
    cat >&2 <<EOF
tests/servers: $1
The tests that use the fixture real_servers (sending, receiving, bounces, quotas, TLS on real
Dovecot and Postfix) cannot run, and will fail.
$2
EOF
    exit 1
}

install_packages() {
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then
        trap 'rm -f "$policy"' EXIT
        trap 'exit 1' HUP INT TERM
        printf '#!/bin/sh\nexit 101\n' >"$policy" # 101: no service is to be started
        chmod 755 "$policy"
    fi
    if command -v debconf-set-selections >/dev/null 2>&1; then
        echo 'postfix postfix/main_mailer_type string No configuration' | debconf-set-selections
    fi
    export DEBIAN_FRONTEND=noninteractive
    for step in 'update' 'install -y --no-install-recommends dovecot-imapd dovecot-lmtpd postfix'; do
        # shellcheck disable=SC2086  (several words on purpose)
        said=$(apt-get -qq $step 2>&1) || {
            printf '%s\n' "$said" >&2
            return 1
        }
    done
}

byhand='Install them by hand (Debian: dovecot-imapd dovecot-lmtpd postfix), then run this again.'
root="$(id -u)"
if missing; then
    command -v apt-get >/dev/null 2>&1 || give_up "missing:$absent, and there is no apt-get." "$byhand"
    [ "$root" = 0 ] || give_up "missing:$absent, and only root may install packages." "$byhand"
    install_packages || give_up "installing failed; missing:$absent." "$byhand"
    if missing; then give_up "still missing after installing:$absent." "$byhand"; fi
fi
[ "$root" = 0 ] || give_up 'Postfix starts only as root.' 'Run the tests as root, in a container for example.'

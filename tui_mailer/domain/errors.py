"""What can go wrong, as a tree; a library's own error is translated where it enters.

    MailerError
    ├── InvalidInput              the user can mend it on the screen
    │   ├── InvalidAddress
    │   ├── AttachmentUnreadable  a file that vanished, or may not be read
    │   ├── AttachmentNotSaved    no such directory, no right, no room
    │   ├── MessageNotHeld        answered before it was ever opened
    │   ├── MessageTooLarge
    │   ├── SendRefused           a rule of the field forbids this message as it is
    │   └── UnconfirmedIdentity   a patient's, before anything leaves
    ├── ConnectionProblem         the line, not the message
    │   ├── NameUnknown           no such host
    │   ├── Unreachable           refused, no route, timed out before a greeting
    │   ├── LineLost              cut, silent for too long, or the server said BYE
    │   │   └── ServerBusy        no more connections, or nobody's password can be checked now
    │   ├── TlsRefused            certificate, version, STARTTLS missing (`TlsFault` says which)
    │   └── ProtocolBroken        the server said what no server may say
    ├── LoginRefused              wrong password
    │   └── TokenRefused          even a fresh one
    ├── CommandRefused            a NO or BAD
    │   ├── MessageGone
    │   ├── MoveUnsupported
    │   │   └── FolderKeepsAll
    │   ├── NotUpToDate
    │   └── OverQuota
    ├── RecipientsRefused         at least one recipient; nothing was sent
    ├── NotDelivered              a report says so, after the message had left
    ├── SubmissionRefused         the server refused the message itself
    │   └── TooManyRecipients
    ├── DeliveryUncertain         line lost after the end of DATA
    ├── SecretUnavailable         command failed, keyring locked
    │   └── SecretNotKept         the keyring does not take it
    ├── SettingsInvalid           a line of the settings file
    ├── SettingsNotSaved          no right, no room
    └── StoreProblem
        ├── WrongPassphrase
        ├── StoreDamaged
        │   └── StoreEmptied      nothing is left where there was a store
        ├── StoreInUse            a second running instance
        └── StoreFull

Every error says three things in French: what happened, what it means for the message, what to
do. The server's own words are kept beside them, safe to show.
"""

from enum import Enum

from tui_mailer.domain.safe_text import SafeText, safe_block


class MailerError(Exception):
    """Base of all. `what`, `meaning` and `advice` are French sentences; none holds a secret."""

    what: str = "Une erreur inattendue est survenue."
    meaning: str = "Rien de ce qui est écrit n’est perdu."
    advice: str = "Réessayez ; si l’erreur revient, redémarrez le programme."

    def __init__(self, server_words: str = "", *, subject: str = "") -> None:
        """`server_words`: the other side's own text. `subject`: what it is about (host, file)."""
        super().__init__(type(self).__name__)
        self.server_words: SafeText = safe_block(server_words)
        self.subject: SafeText = safe_block(subject)

    @property
    def headline(self) -> str:
        """What happened, naming its subject where there is one."""
        return f"{self.what.rstrip('.')} : {self.subject}." if self.subject else self.what

    @property
    def explanation(self) -> str:
        """The three sentences in one paragraph."""
        ending = "" if self.headline.endswith((".", "?", "!")) else "."
        return f"{self.headline}{ending} {self.meaning} {self.advice}"


class InvalidInput(MailerError):
    """Something typed or chosen cannot be used as it is."""

    meaning = "Le message n’est pas parti ; il reste ouvert tel que vous l’avez écrit."


class InvalidAddress(InvalidInput):
    """No address that SMTP takes."""

    what = "Cette adresse n’est pas valable"
    advice = "Corrigez-la : nom@domaine, sans espace ni accent."

    def __init__(self, address: str) -> None:
        """`address` is what was typed."""
        super().__init__(subject=address)


class AttachmentUnreadable(InvalidInput):
    """A file to attach is gone or may not be read."""

    what = "Cette pièce jointe est introuvable ou illisible"
    advice = "Remettez le fichier en place, ou retirez la pièce jointe."


class AttachmentChanged(AttachmentUnreadable):
    """The file is not any more what it was when it was attached: another patient's, perhaps."""

    what = "Ce fichier a changé depuis qu’il a été joint"
    advice = "Vérifiez le fichier, puis retirez la pièce jointe et joignez-la de nouveau."


class OriginalGone(AttachmentUnreadable):
    """The message whose attachment is sent on is no longer here: moved or removed elsewhere."""

    what = "Le message d’où vient cette pièce jointe n’est plus ici"
    meaning = "Il a été déplacé ou supprimé depuis un autre poste. Rien n’est parti."
    advice = "Retrouvez-le et transférez-le de nouveau, ou retirez la pièce jointe."


class AttachmentNotSaved(InvalidInput):
    """An attachment received could not be written where the user said."""

    what = "La pièce jointe n’a pas pu être enregistrée"
    meaning = "Le message et sa pièce jointe sont intacts."
    advice = "Choisissez un autre dossier, ou libérez de la place."


class MessageNotHeld(InvalidInput):
    """Answering needs the whole message, and only its row is here."""

    what = "Ce message n’est pas encore chargé."
    meaning = "Il est lu sur le serveur à la première ouverture."
    advice = "Ouvrez-le, puis répondez."


class MessageTooLarge(InvalidInput):
    """Above the server's limit, or Mon espace santé's (25 Mo, ENS V1.3 §6)."""

    what = "Le message est trop volumineux"
    advice = "Retirez ou réduisez une pièce jointe, ou envoyez plusieurs messages."


class SendRefused(InvalidInput):
    """A rule of the field: `reason` is its French sentence."""

    what = "Ce message ne peut pas partir ainsi"
    advice = "Corrigez-le, puis envoyez de nouveau."

    def __init__(self, reason: str) -> None:
        """`reason`: which rule, in French."""
        super().__init__(subject=reason.rstrip("."))


class UnconfirmedIdentity(InvalidInput):
    """A message to a patient whose identity nobody confirmed (ECO.2.2.6)."""

    what = "L’identité du patient n’a pas été confirmée."
    advice = "Confirmez son sexe, son année et son département de naissance, puis envoyez."


class ConnectionProblem(MailerError):
    """The line to a server."""

    meaning = "Aucun message n’est perdu : ce qui est à envoyer partira au retour de la ligne."


class NameUnknown(ConnectionProblem):
    """The host name resolves to nothing."""

    what = "Le nom du serveur est inconnu"
    advice = "Vérifiez le nom du serveur et votre accès à Internet."


class Unreachable(ConnectionProblem):
    """No connection, or no greeting in time."""

    what = "Le serveur ne répond pas"
    advice = "Vérifiez le serveur, le port et votre réseau ; un pare-feu peut bloquer ce port."


class LineLost(ConnectionProblem):
    """An established connection ended or fell silent."""

    what = "La connexion au serveur a été coupée"
    advice = "Le programme se reconnecte de lui-même."


class ServerBusy(LineLost):
    """The server takes no connection of this mailbox now, or cannot check who asks for one."""

    what = "Le serveur n’accepte pas de connexion de cette boîte pour l’instant"
    advice = (
        "Le programme réessaie de lui-même. Si cela dure, fermez les autres logiciels ouverts sur "
        "cette boîte : le serveur limite leur nombre."
    )


class ProtocolBroken(ConnectionProblem):
    """The server broke the protocol, or a limit of ours against hostile answers."""

    what = "Le serveur a répondu d’une façon incompréhensible"
    advice = "La connexion a été fermée par prudence. Si cela se répète, prévenez votre opérateur."


class TlsFault(Enum):
    """Why the secure connection was refused, each with its French sentence."""

    EXPIRED = "Le certificat du serveur a expiré"
    NOT_YET_VALID = "Le certificat du serveur n’est pas encore valable"
    WRONG_HOST = "Le certificat présenté n’est pas celui de ce serveur"
    UNKNOWN_AUTHORITY = "L’autorité qui a signé le certificat du serveur n’est pas connue"
    SELF_SIGNED = "Le certificat du serveur est signé par lui-même"
    REVOKED = "Le certificat du serveur a été révoqué"
    OLD_PROTOCOL = "Le serveur ne propose que des versions périmées de TLS"
    NO_STARTTLS = "Le serveur ne propose pas de connexion chiffrée (STARTTLS)"
    INJECTED = "Des données non chiffrées se sont glissées avant le chiffrement"
    CLIENT_CERTIFICATE = "Le serveur demande un certificat que le compte n’a pas, ou le refuse"
    CLIENT_FILE = (
        "Le fichier du certificat client est absent, incomplet ou protégé par un mot de passe"
    )
    CA_FILE = "Le fichier des autorités de certification est absent, ou n’est pas en PEM"
    OTHER = "La connexion chiffrée a échoué"


# The names are those of the form.
_AUTHORITIES = (
    "Réglages avancés du compte, champ Autorités : "
    "indiquez le fichier de l’IGC-Santé, fourni par votre opérateur."
)
_TLS_ADVICE = {
    TlsFault.EXPIRED: "Vérifiez l’heure de ce poste, puis prévenez votre opérateur MSSanté.",
    TlsFault.NOT_YET_VALID: "Vérifiez l’heure de ce poste, puis prévenez votre opérateur MSSanté.",
    TlsFault.WRONG_HOST: "Vérifiez le nom du serveur dans les réglages du compte.",
    TlsFault.UNKNOWN_AUTHORITY: _AUTHORITIES,
    TlsFault.SELF_SIGNED: _AUTHORITIES,
    TlsFault.NO_STARTTLS: "Vérifiez le port : 143 et 587 pour STARTTLS, 993 et 465 pour TLS.",
    TlsFault.CLIENT_CERTIFICATE: (
        "Réglages avancés du compte, champ Certificat client : indiquez-le, ou renouvelez-le."
    ),
    TlsFault.CLIENT_FILE: (
        "Vérifiez son chemin (réglages avancés du compte, champ Certificat client) : un fichier PEM "
        "qui contient le certificat et sa clé, celle-ci sans mot de passe."
    ),
    # The IGC-Santé is published as .p7b, which OpenSSL's verification does not read.
    TlsFault.CA_FILE: (
        "Vérifiez son chemin : réglages avancés du compte, champ Autorités. Un fichier .p7b se "
        "convertit : openssl pkcs7 -inform DER -print_certs -in igc.p7b -out igc.pem"
    ),
}


class TlsRefused(ConnectionProblem):
    """No connection without a verified certificate; nothing secret was sent."""

    what = "La connexion chiffrée a échoué"
    meaning = "Rien n’a été confié à ce serveur, pas même le mot de passe."
    advice = "Prévenez votre opérateur MSSanté."

    def __init__(self, fault: TlsFault, server_words: str = "") -> None:
        """`fault` says why; `server_words` is what the TLS library or the server said."""
        super().__init__(server_words)
        self.fault = fault
        self.what = fault.value + "."
        self.advice = _TLS_ADVICE.get(fault, type(self).advice)


class LoginRefused(MailerError):
    """The server refused the password or the token."""

    what = "Le serveur a refusé l’identifiant ou le mot de passe."
    meaning = "Les messages déjà reçus restent lisibles ; ceux à envoyer sont gardés."
    advice = "Vérifiez l’adresse et le mot de passe, puis reconnectez-vous."


class TokenRefused(LoginRefused):
    """An access token was refused twice, once freshly fetched."""

    what = "Le serveur a refusé le jeton d’accès, même renouvelé."
    advice = "Reconnectez-vous à Pro Santé Connect, puis réessayez."


class CommandRefused(MailerError):
    """The server answered NO or BAD."""

    what = "Le serveur a refusé l’opération."
    advice = "Réessayez plus tard ; si le refus persiste, prévenez votre opérateur."


class NotUpToDate(CommandRefused):
    """The inbox or the list of folders is refused: new mail may be there, unseen."""

    what = "Le serveur refuse pour l’instant de montrer la boîte de réception ou ses dossiers."
    meaning = "De nouveaux messages peuvent manquer ici ; ceux déjà reçus restent lisibles."
    advice = (
        "Le programme réessaie de lui-même. Si cela dure, consultez le webmail et prévenez votre "
        "opérateur."
    )


class MessageGone(CommandRefused):
    """The message was removed on the server, or the server numbered its folder anew."""

    what = "Ce message n’est plus sur le serveur."
    meaning = "Il a été supprimé ou déplacé depuis un autre poste."
    advice = "La liste se met à jour d’elle-même."


class OverQuota(CommandRefused):
    """The mailbox is full (RFC 5530 OVERQUOTA, RFC 3463 X.2.2)."""

    what = "La boîte aux lettres est pleine : la copie n’a pas pu être rangée sur le serveur."
    meaning = "Le message, s’il s’agissait d’un envoi, est bien parti ; sa copie est gardée ici."
    advice = "Supprimez des messages et videz la corbeille, puis relevez le courrier (Ctrl+R)."


class MoveUnsupported(CommandRefused):
    """Neither MOVE nor UIDPLUS: a bare EXPUNGE would remove what others have marked."""

    what = "Ce serveur ne permet pas de déplacer ni de supprimer un message sans risque."
    meaning = "Aucun message n’a été déplacé ni supprimé."
    advice = "Faites-le depuis le webmail de votre opérateur."


class FolderKeepsAll(MoveUnsupported):
    """Nothing may be marked for removal in it: it is shared, and ours to read only."""

    what = "Vous n’avez pas le droit de retirer des messages de ce dossier."
    advice = "Il est sans doute partagé : demandez ce droit à la personne qui le gère."


class RecipientsRefused(MailerError):
    """One or more recipients were refused at RCPT; nothing was sent to anyone."""

    what = "Le serveur a refusé un destinataire"
    meaning = "Le message n’est parti pour personne ; il est gardé dans les envois (touche v)."
    advice = "Corrigez ou retirez ce destinataire, puis envoyez de nouveau."

    def __init__(self, refusals: dict[str, str]) -> None:
        """`refusals`: mailbox -> the server's words."""
        words = "\n".join(f"{mailbox} : {reply}" for mailbox, reply in refusals.items())
        super().__init__(words, subject=", ".join(refusals))
        self.refusals = refusals


class NotDelivered(MailerError):
    """A report came back: a message that had left did not reach a recipient."""

    what = "Un message n’a pas été distribué"

    def __init__(self, subject: str, meaning: str, advice: str, server_words: str = "") -> None:
        """`subject`: which message, to whom; `meaning` and `advice` are French sentences."""
        super().__init__(server_words, subject=subject)
        self.meaning = meaning
        self.advice = advice


class SubmissionRefused(MailerError):
    """The server refused the sender or the content. `permanent`: a retry cannot help."""

    what = "Le serveur a refusé le message."
    meaning = "Le message n’est parti pour personne ; il est gardé tel quel."
    advice = "Lisez la réponse du serveur, corrigez, puis envoyez de nouveau."

    def __init__(self, server_words: str, *, permanent: bool = True) -> None:
        """`permanent` is False for a 4xx reply: nothing is to be corrected, it is sent again."""
        super().__init__(server_words)
        self.permanent = permanent
        if not permanent:
            self.what = "Le serveur ne prend pas ce message pour l’instant."
            self.meaning = "Le message n’est encore parti pour personne ; il attend ici."
            self.advice = "Le programme réessaie de lui-même : n’en écrivez pas un second."


class TooManyRecipients(SubmissionRefused):
    """More than the server takes in one message; `subject`: how many there are."""

    what = "Le serveur n’accepte pas autant de destinataires dans un seul message"
    advice = "Envoyez-le en plusieurs messages, avec moins de destinataires chacun."

    def __init__(self, server_words: str, *, count: int) -> None:
        """`count`: recipients of the message."""
        super().__init__(server_words)
        self.subject = safe_block(str(count))


class DeliveryUncertain(MailerError):
    """The line was lost when the server may already have taken the message."""

    what = "La connexion a été coupée à la fin de l’envoi."
    meaning = "On ne sait pas si le message est parti ; il n’est pas renvoyé de lui-même."
    advice = "Vérifiez dans les messages envoyés ou auprès du destinataire avant de le renvoyer."


class SecretUnavailable(MailerError):
    """The command or the keyring gave nothing."""

    what = "Le mot de passe n’a pas pu être obtenu"
    meaning = "Le programme reste hors ligne ; rien n’est perdu."
    advice = "Vérifiez la commande ou le trousseau indiqué dans les réglages du compte."


class SecretNotKept(SecretUnavailable):
    """The keyring did not take a password; it is used until the program ends."""

    what = "Le mot de passe n’a pas pu être gardé dans le trousseau"
    meaning = "Vous pouvez travailler : il sera à saisir de nouveau au prochain lancement."
    advice = "Vérifiez que le trousseau du poste est ouvert."


class SettingsInvalid(MailerError):
    """A line of the settings file cannot be used; `subject` names it."""

    what = "Le fichier de réglages comporte une erreur"
    meaning = "Rien n’a été modifié."
    advice = "Corrigez cette ligne, puis relancez le programme."


class SettingsNotSaved(MailerError):
    """The settings file could not be written; `subject` names it."""

    what = "Ce compte n’a pas pu être enregistré dans le fichier de réglages"
    meaning = (
        "Vous pouvez travailler : les messages sont bien sur ce poste. Au prochain lancement, ce qui "
        "a été saisi pour ce compte sera à saisir de nouveau."
    )
    advice = (
        "Vérifiez que ce fichier et son dossier peuvent être modifiés et qu’il reste de la place."
    )


class StoreProblem(MailerError):
    """The local encrypted store."""

    meaning = "Les messages du serveur ne sont pas touchés."


class WrongPassphrase(StoreProblem):
    """The passphrase does not open the store."""

    what = "Ce mot de passe n’ouvre pas la boîte locale."
    advice = "Ressaisissez-le ; s’il a changé sur le serveur, donnez ici l’ancien."


class StoreDamaged(StoreProblem):
    """The file exists and is no store of ours, or is broken."""

    what = "Le fichier de la boîte locale est endommagé"
    advice = (
        "Gardez ce fichier (il peut contenir des brouillons) et déplacez-le : "
        "la boîte sera reconstruite depuis le serveur."
    )


class StoreEmptied(StoreDamaged):
    """The key is there, and nothing of what it opened; `subject` is where that was."""

    what = "La boîte locale de ce poste est vide ou a disparu"
    meaning = (
        "Ce qui n’était que là manque : brouillons, envois en attente, identités confirmées, "
        "oppositions, journal."
    )
    advice = (
        "Rétablissez d’abord la sauvegarde du poste, s’il y en a une. Sinon, ouvrez encore une "
        "fois : la boîte sera refaite, et les restes gardés à côté."
    )


class StoreInUse(StoreProblem):
    """Another running instance holds the store; `subject` is its process, where that is known."""

    what = "Le programme est déjà ouvert sur cette boîte."
    meaning = "Rien n’a été modifié."
    advice = (
        "Utilisez l’autre fenêtre, ou fermez-la d’abord. Si elle n’existe plus, arrêtez ce processus "
        "(commande kill) : ce qui y est écrit est gardé."
    )


class StoreFull(StoreProblem):
    """No room left on the disk."""

    what = "Le disque est plein."
    meaning = "Ce qui est à l’écran n’est pas encore enregistré : ne fermez pas."
    advice = "Libérez de la place ; l’enregistrement reprendra de lui-même."

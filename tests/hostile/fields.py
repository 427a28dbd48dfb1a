"""What each field of the contract may hold. A field that is not here fails the test: say here what it may hold, and
every lie about it follows (kinds.py)."""

from hostile.contract import field_name
from hostile.kinds import Blob, Choice, Flag, Id, Ids, Nested, Number, Numbers, Opaque, Secret, SendId, Text, Texts, Time

UINT32 = (1 << 32) - 1
EPOCH = Number(other="stale_epoch")
TARGET = Number(missing="invalid_argument", other="target_unknown")
READ_SEQ = Number(missing="target_unknown", big="target_unknown", other="target_unknown")
CHANNEL = Id()
COMMAND_CHANNEL = Id(nobody="channel_unknown")
TITLE = dict(most="title_code_points", over="invalid_name", tricks="invalid_name", empty="invalid_name", blank="invalid_name")
DESCRIPTION = dict(most="description_code_points", over="content_too_long invalid_argument", tricks="invalid_text")
AVATAR = dict(most=255, over="invalid_argument", tricks="ok invalid_text")
NAME = dict(most="display_name_code_points", over="invalid_name", tricks="invalid_name", blank="invalid_name")
DEVICE_NAME = dict(most=64, over="invalid_name", tricks="invalid_name", blank="invalid_name")
PLATFORM = dict(most=32, over="invalid_argument", tricks="invalid_argument", blank="invalid_argument")
WHO = Choice(missing="ok invalid_argument")
PASSWORD = dict(most=1024, tricks="wrong_credentials too_many_requests", over="wrong_credentials too_many_requests",
                missing="wrong_credentials too_many_requests")
NEW_PASSWORD = dict(most=1024, tricks="weak_password", over="invalid_argument", missing="weak_password")

FIELDS = {
    # ---- frames
    "ClientFrame.request": Number(missing="ok malformed"),  # lies_order.py looks closer
    "Hello.version": Number(missing="unsupported_version", big="unsupported_version malformed", other="unsupported_version",
                            most=UINT32),
    "Hello.access_token": Opaque("unauthenticated", missing="unauthenticated", text=True),
    "Hello.resume_token": Opaque("unauthenticated", missing="ok unauthenticated"),
    "Hello.mode": Choice(unknown="malformed"),
    "Hello.capabilities": Texts(1000, over="ok"),
    "Hello.client": Text(1000, over="ok"),
    "NewToken.access_token": Opaque("unauthenticated", missing="unauthenticated", text=True),
    "Command.channel_id": COMMAND_CHANNEL,
    "Command.channel_id@join": Id(nobody="invitation_invalid"),
    "Command.channel_id@createChannel": Id(nobody="ok"),
    "Command.channel_id@createChannel.direct": Id(missing="ok", nobody="invalid_argument"),
    "Command.channel_id@createChannel.self": Id(missing="ok", nobody="invalid_argument"),
    "Command.send_id": SendId(),
    "Typing.channel_id": Id(nobody="ok"),
    "Typing.on": Flag(),
    "Watch.accounts": Ids(missing="ok", nobody="ok"),
    "SetActive.active": Flag(),
    "OpenChannels.channel_ids": Ids(missing="ok", nobody="ok"),
    "MoveCursor.channel_id": CHANNEL,
    "MoveCursor.delivered": Number(big="seq_in_future", other="seq_in_future"),
    "MoveCursor.read": Number(big="seq_in_future", other="seq_in_future"),
    "SetRegisters.channel_id": CHANNEL,
    "SetRegisters.marked_unread": Flag(),
    "SetRegisters.muted_until": Time(below="ok"),
    "SetRegisters.pinned": Flag(),
    "SetRegisters.archived": Flag(),
    "HideMessages.channel_id": CHANNEL,
    "HideMessages.from": Number(missing="invalid_argument", other="invalid_argument"),
    "HideMessages.to": Number(missing="invalid_argument", big="seq_in_future", other="seq_in_future"),
    "GetInbox.version": Opaque("invalid_argument"),
    "GetInbox.page": Opaque("invalid_argument"),
    "GetHistory.channel_id": CHANNEL,
    "GetHistory.from": Number(big="seq_in_future", other="seq_in_future"),
    "GetHistory.to": Number(big="seq_in_future", other="seq_in_future"),
    "GetHistory.limit": Number(big="ok", other="ok", most=UINT32),  # more than a page is a page
    "GetHistory.oldest_first": Flag(),
    "GetChannel.channel_id": CHANNEL,
    "GetReceipts.channel_id": CHANNEL,
    "GetReceipts.seq": READ_SEQ,
    "GetContent.channel_id": CHANNEL,
    "GetContent.seq": READ_SEQ,
    "GetVersions.channel_id": CHANNEL,
    "GetVersions.seq": READ_SEQ,
    # ---- commands
    "Post.content": Nested("invalid_argument"),
    "Post.reply_to": Number(other="target_unknown"),
    "Post.mentions": Ids(missing="ok", nobody="invalid_argument"),
    "Post.forwarded": Flag(),
    "Post.crypto_epoch": EPOCH,
    "EditMessage.target": TARGET,
    "EditMessage.content": Nested("invalid_argument"),
    "EditMessage.crypto_epoch": EPOCH,
    "Content.text": Text("text_code_points", over="content_too_long", missing="invalid_argument"),
    "Content.text@react": Text("reaction_bytes", over="content_too_long", tricks="ok invalid_text", missing="invalid_argument"),
    "Content.data": Blob("content_bytes", over="content_too_long"),
    "Content.data@react": Blob("reaction_bytes", over="content_too_long"),
    "Content.type": Text(127, over="invalid_argument", tricks="invalid_argument", missing="ok invalid_argument"),
    "Content.preview": Flag(true="invalid_argument"),
    "Content.full_size": Number(other="invalid_argument"),
    "DeleteMessages.targets": Numbers(missing="invalid_argument", other="target_unknown"),
    "React.target": TARGET,
    "React.content": Nested(),
    "CreateChannel.kind": Choice(missing="invalid_argument", bad=("CHANNEL_KIND_ACCOUNT", "CHANNEL_KIND_UNSPECIFIED")),
    "CreateChannel.peer": Id(missing="ok", nobody="invalid_argument"),
    "CreateChannel.peer@createChannel.direct": Id(nobody="account_unknown"),
    "CreateChannel.title": Text(**{**TITLE, "over": "invalid_name invalid_argument"}, missing="invalid_name"),
    "CreateChannel.title@createChannel.direct": Text(128, over="invalid_argument", tricks="invalid_argument"),
    "CreateChannel.title@createChannel.self": Text(128, over="invalid_argument", tricks="invalid_argument"),
    "CreateChannel.description": Text(**DESCRIPTION),
    "CreateChannel.description@createChannel.direct": Text(128, over="invalid_argument", tricks="invalid_argument"),
    "CreateChannel.description@createChannel.self": Text(128, over="invalid_argument", tricks="invalid_argument"),
    "CreateChannel.avatar": Text(**AVATAR),
    "CreateChannel.avatar@createChannel.direct": Text(128, over="invalid_argument", tricks="invalid_argument"),
    "CreateChannel.avatar@createChannel.self": Text(128, over="invalid_argument", tricks="invalid_argument"),
    "CreateChannel.settings": Nested(),
    "CreateChannel.members": Ids(missing="ok", nobody="account_unknown"),
    "CreateChannel.members@createChannel.direct": Ids(missing="ok", nobody="invalid_argument"),
    "CreateChannel.members@createChannel.self": Ids(missing="ok", nobody="invalid_argument"),
    "ChannelSettings.post": WHO,
    "ChannelSettings.add": WHO,
    "ChannelSettings.rename": WHO,
    "ChannelSettings.history_from_start": Flag(),
    "Describe.title": Text(**{**TITLE, "over": "invalid_name invalid_argument"}),
    "Describe.description": Text(**DESCRIPTION),
    "Describe.avatar": Text(**AVATAR),
    "ChangeSettings.settings": Nested("invalid_argument"),
    "AddMembers.accounts": Ids(nobody="account_unknown"),
    "RemoveMember.account": Id(nobody="account_unknown"),
    "SetRole.account": Id(nobody="account_unknown"),
    "SetRole.role": Choice(missing="invalid_argument", bad=("ROLE_OWNER", "ROLE_UNSPECIFIED")),
    "HandOver.to": Id(nobody="account_unknown"),
    "CreateInvitation.invitation": Id(nobody="ok"),
    "CreateInvitation.secret_hash": Secret((32, 32)),
    "CreateInvitation.expires": Time(above="invalid_argument"),
    "CreateInvitation.uses": Number(big="ok", other="ok", most=UINT32),
    "RevokeInvitation.invitation": Id(nobody="invitation_invalid"),
    "Join.secret": Secret((16, 64), other="invitation_invalid"),
    "CryptoCommit.epoch": Number(missing="ok stale_epoch", other="stale_epoch"),
    "CryptoCommit.content": Nested(),
    # ---- bodies of HTTP
    "SignUp.handle": Text(32, over="invalid_handle", tricks="invalid_handle", missing="invalid_handle", blank="invalid_handle"),
    "SignUp.password": Text(**{**NEW_PASSWORD, "tricks": "weak_password"}),
    "SignUp.display_name": Text(**NAME),
    "SignUp.invitation": Opaque("ok", text=True),  # where none is needed; lies_tokens.py has a server that needs one
    "SignUp.device_name": Text(**DEVICE_NAME),
    "SignUp.platform": Text(**PLATFORM),
    "SignUp.cookie": Flag(),
    "SignIn.handle": Text(32, over="wrong_credentials too_many_requests", tricks="wrong_credentials too_many_requests",
                          missing="wrong_credentials too_many_requests"),
    "SignIn.password": Text(**{**PASSWORD, "over": "invalid_argument"}),
    "SignIn.device_name": Text(**DEVICE_NAME),
    "SignIn.platform": Text(**PLATFORM),
    "SignIn.cookie": Flag(),
    "Refresh.refresh_token": Opaque("unauthenticated", missing="unauthenticated", text=True),
    "Refresh.cookie": Flag(),
    "ChangePassword.old_password": Text(**PASSWORD),
    "ChangePassword.new_password": Text(**NEW_PASSWORD),
    "DeleteAccount.password": Text(**PASSWORD),
    "DeleteAccount.erase": Flag(),
    "CreateSignUpInvitation.uses": Number(other="invalid_argument", most=UINT32),
    "CreateSignUpInvitation.life_ms": Time(above="invalid_argument"),
    "RenameDevice.name": Text(**DEVICE_NAME, missing="invalid_name"),
    "ChangeAccount.display_name": Text(**NAME, empty="invalid_name"),
    "ChangeAccount.about": Text("about_code_points", over="content_too_long", tricks="invalid_text"),
    "ChangeAccount.avatar": Text(256, over="invalid_argument", tricks="ok invalid_text"),
    "ChangeAccount.read_receipts": Flag(),
    "ChangeAccount.last_seen": Choice(empty="invalid_argument", bad=("AUDIENCE_UNSPECIFIED",)),
    "ChangeAccount.online": Choice(empty="invalid_argument", bad=("AUDIENCE_UNSPECIFIED",)),
    "LookUpPeople.accounts": Ids(missing="ok", nobody="ok"),
    "Sync.version": Opaque("invalid_argument"),
    "Sync.page": Opaque("invalid_argument"),
    "Sync.history_for_top": Number(big="ok", other="ok", most=UINT32),  # more than 20 are 20
    "Sync.history_limit": Number(big="ok", other="ok", most=UINT32),
}


class NotInTheTable(Exception):
    """The contract has something that the tables of tests/hostile do not know."""


def kind_of(field, variant=""):
    """What the field may hold; `variant` is the command it stands in, such as "createChannel.direct"."""
    name = field_name(field)
    parts = variant.split(".")
    for known in (f"{name}@{variant}", f"{name}@{parts[0]}", name):
        if known in FIELDS:
            return FIELDS[known]
    if field.message_type is not None and field.containing_oneof is not None:
        return Nested("malformed invalid_argument unknown_request")  # a body of a frame or a command
    raise NotInTheTable(f"{name} is new: say what it may hold in FIELDS of tests/hostile/fields.py")

// Made by scripts/generate.mjs from proto/parley/v1. Do not edit.

/** Of each message its fields: name = number and type, then * for a list, ? for "may be missing", / for a choice. */
export const table = `
Account profile=1Profile privacy=2Privacy created=3i
AddMembers accounts=1b*
Annotation edits=1u* current=2Content reactions=3Reaction*
BlockSet on=1t
ChangeAccount displayName=1s? about=2s? avatar=3s? readReceipts=4t? lastSeen=5e? online=6e?
ChangePassword oldPassword=1s newPassword=2s
ChangeSettings settings=1ChannelSettings
Channel row=1InboxRow description=2s settings=3ChannelSettings members=4MemberInfo* invitations=5InvitationInfo* cryptoEpoch=6u iBlocked=7t
ChannelSettings post=1e add=2e rename=3e historyFromStart=4t
ClientFrame request=1u hello=2Hello/body newToken=3NewToken/body command=10Command/body moveCursor=11MoveCursor/body setRegisters=12SetRegisters/body hideMessages=13HideMessages/body typing=20Typing/body watch=21Watch/body setActive=22SetActive/body openChannels=23OpenChannels/body getInbox=30GetInbox/body getHistory=31GetHistory/body getChannel=32GetChannel/body getReceipts=33GetReceipts/body getContent=34GetContent/body getVersions=35GetVersions/body
Command channelId=1b sendId=2b post=10Post/body edit=11EditMessage/body delete=12DeleteMessages/body react=13React/body createChannel=14CreateChannel/body describe=15Describe/body changeSettings=16ChangeSettings/body addMembers=17AddMembers/body removeMember=18RemoveMember/body leave=19Leave/body setRole=20SetRole/body handOver=21HandOver/body createInvitation=22CreateInvitation/body revokeInvitation=23RevokeInvitation/body join=24Join/body cryptoCommit=25CryptoCommit/body
Content text=1s/body data=2b/body type=3s preview=4t fullSize=5u
CreateChannel kind=1e peer=2b title=3s description=4s avatar=5s settings=6ChannelSettings members=7b*
CreateInvitation invitation=1b secretHash=2b expires=3i uses=4n
CreateSignUpInvitation uses=1n lifeMs=2i
Created kind=1e title=2s description=3s avatar=4s settings=5ChannelSettings members=6NewMember* hidden=7t
CryptoCommit epoch=1u content=2Content
CryptoCommitted epoch=1u
DeleteAccount password=1s erase=2t
DeleteMessages targets=1u*
Deleted targets=1u*
Describe title=1s? description=2s? avatar=3s?
Described title=1s? description=2s? avatar=3s?
Device device=1b name=2s platform=3s created=4i lastUsed=5i current=6t
Devices devices=1Device*
EditMessage target=1u content=2Content cryptoEpoch=3u
Edited target=1u
Error number=1n name=2s text=3s retryAfterMs=4n
Event header=1EventHeader content=2Content contentState=3e annotation=4Annotation digest=5b
EventHeader seq=1u time=2i account=3b device=4b sendId=5b cryptoEpoch=6u count=7u message=10Message/body edited=11Edited/body deleted=12Deleted/body reacted=13Reacted/body created=14Created/body described=15Described/body settingsChanged=16SettingsChanged/body membersAdded=17MembersAdded/body memberRemoved=18MemberRemoved/body memberLeft=19MemberLeft/body roleChanged=20RoleChanged/body ownershipHandedOver=21OwnershipHandedOver/body invitationCreated=22InvitationCreated/body invitationRevoked=23InvitationRevoked/body joinedByInvitation=24JoinedByInvitation/body blockSet=25BlockSet/body cryptoCommitted=26CryptoCommitted/body noted=27Noted/body
Events channelId=1b events=2Event*
ExportLine account=1Account/what device=2Device/what contact=3Profile/what block=4Profile/what channel=5InboxRow/what event=6Event/what next=7s/what events=8s/what
GetChannel channelId=1b
GetContent channelId=1b seq=2u
GetHistory channelId=1b from=2u to=3u limit=4n oldestFirst=5t
GetInbox version=1b page=2b
GetReceipts channelId=1b seq=2u
GetVersions channelId=1b seq=2u
HandOver to=1b
HeadInfo channelId=1b head=2u time=3i
Heads heads=1HeadInfo*
Hello version=1n accessToken=2s resumeToken=3b mode=4e capabilities=5s* client=6s
HideMessages channelId=1b from=2u to=3u
History channelId=1b from=2u to=3u events=4Event* head=5u
Inbox incarnation=1b rows=2InboxRow* version=3b nextPage=4b
InboxRow channelId=1b kind=2e title=3s avatar=4s peer=5b role=6e members=7n visible=8Range* head=9u headTime=10i unread=11u unreadMentions=12u registers=13Registers deliveredByAll=14u readByAll=15u digest=16b last=17Event
InvitationCreated invitation=1b secretHash=2b expires=3i uses=4n
InvitationInfo invitation=1b by=2b expires=3i usesLeft=4n unlimited=5t
InvitationRevoked invitation=1b
Join secret=1b
JoinedByInvitation invitation=1b member=2NewMember historyFromStart=3t
Leave
LimitValue name=1s value=2u
LookUpPeople accounts=1b*
MemberInfo account=1b role=2e since=3i
MemberLeft newOwner=1b accountDeleted=2t
MemberRemoved account=1b
MembersAdded members=1NewMember* historyFromStart=2t
Message replyTo=1u mentions=2b* forwarded=3t
MoveCursor channelId=1b delivered=2u read=3u
NewMember account=1b role=2e hideRead=3t
NewToken accessToken=1s
Noted what=1s
Ok
OpenChannels channelIds=1b*
Outcome channelId=1b sendId=2b seq=3u time=4i refused=5s
OwnershipHandedOver to=1b
People people=1Profile* next=2s
Post content=1Content replyTo=2u mentions=3b* forwarded=4t cryptoEpoch=5u
Presence account=1b online=2t lastSeen=3i
PresenceNow accounts=1Presence*
Privacy readReceipts=1t lastSeen=2e online=3e
Profile account=1b handle=2s displayName=3s about=4s avatar=5s deleted=6t isContact=7t isBlocked=8t lastSeen=9i
Range from=1u to=2u
React target=1u content=2Content
Reacted target=1u
Reaction account=1b content=2Content seq=3u
Receipt account=1b delivered=2u read=3u deliveredAt=4i readAt=5i
Receipts channelId=1b seq=2u receipts=3Receipt*
ReceiptsMoved channelId=1b deliveredByAll=2u readByAll=3u
Refresh refreshToken=1s cookie=2t
Registers delivered=1u read=2u markedUnread=3t mutedUntil=4i pinned=5t archived=6t hidden=7Range*
RegistersChanged channelId=1b registers=2Registers unread=3u unreadMentions=4u
RemoveMember account=1b
RenameDevice name=1s
Resync
RevokeInvitation invitation=1b
RoleChanged account=1b role=2e
ServerFrame request=1u error=2Error/body welcome=3Welcome/body ok=4Ok/body outcome=10Outcome/body inbox=11Inbox/body history=12History/body channel=13Channel/body receipts=14Receipts/body content=15Event/body versions=16Versions/body registers=17Registers/body events=30Events/body heads=31Heads/body receiptsMoved=32ReceiptsMoved/body registersChanged=33RegistersChanged/body typingNow=34TypingNow/body presenceNow=35PresenceNow/body resync=36Resync/body
SetActive active=1t
SetRegisters channelId=1b markedUnread=2t? mutedUntil=3i? pinned=4t? archived=5t?
SetRole account=1b role=2e
SettingsChanged settings=1ChannelSettings
SignIn handle=1s password=2s deviceName=3s platform=4s cookie=5t
SignUp handle=1s password=2s displayName=3s invitation=4s deviceName=5s platform=6s cookie=7t
SignUpInvitation invitation=1s expires=2i
Sync version=1b page=2b historyForTop=3n historyLimit=4n
SyncAnswer inbox=1Inbox histories=2History*
Tokens account=1b device=2b accessToken=3s accessExpires=4i refreshToken=5s refreshExpires=6i
Typing channelId=1b on=2t
TypingNow channelId=1b account=2b on=3t
Versions channelId=1b events=2Event*
Watch accounts=1b*
Welcome incarnation=1b account=2b device=3b session=4b resumeToken=5b time=6i heartbeatMs=7n limits=8LimitValue* server=9s sessionEnds=10i`;

/** All of them by name. */
export interface Messages {
  Account: Account;
  AddMembers: AddMembers;
  Annotation: Annotation;
  BlockSet: BlockSet;
  ChangeAccount: ChangeAccount;
  ChangePassword: ChangePassword;
  ChangeSettings: ChangeSettings;
  Channel: Channel;
  ChannelSettings: ChannelSettings;
  ClientFrame: ClientFrame;
  Command: Command;
  Content: Content;
  CreateChannel: CreateChannel;
  CreateInvitation: CreateInvitation;
  CreateSignUpInvitation: CreateSignUpInvitation;
  Created: Created;
  CryptoCommit: CryptoCommit;
  CryptoCommitted: CryptoCommitted;
  DeleteAccount: DeleteAccount;
  DeleteMessages: DeleteMessages;
  Deleted: Deleted;
  Describe: Describe;
  Described: Described;
  Device: Device;
  Devices: Devices;
  EditMessage: EditMessage;
  Edited: Edited;
  Error: Error;
  Event: Event;
  EventHeader: EventHeader;
  Events: Events;
  ExportLine: ExportLine;
  GetChannel: GetChannel;
  GetContent: GetContent;
  GetHistory: GetHistory;
  GetInbox: GetInbox;
  GetReceipts: GetReceipts;
  GetVersions: GetVersions;
  HandOver: HandOver;
  HeadInfo: HeadInfo;
  Heads: Heads;
  Hello: Hello;
  HideMessages: HideMessages;
  History: History;
  Inbox: Inbox;
  InboxRow: InboxRow;
  InvitationCreated: InvitationCreated;
  InvitationInfo: InvitationInfo;
  InvitationRevoked: InvitationRevoked;
  Join: Join;
  JoinedByInvitation: JoinedByInvitation;
  Leave: Leave;
  LimitValue: LimitValue;
  LookUpPeople: LookUpPeople;
  MemberInfo: MemberInfo;
  MemberLeft: MemberLeft;
  MemberRemoved: MemberRemoved;
  MembersAdded: MembersAdded;
  Message: Message;
  MoveCursor: MoveCursor;
  NewMember: NewMember;
  NewToken: NewToken;
  Noted: Noted;
  Ok: Ok;
  OpenChannels: OpenChannels;
  Outcome: Outcome;
  OwnershipHandedOver: OwnershipHandedOver;
  People: People;
  Post: Post;
  Presence: Presence;
  PresenceNow: PresenceNow;
  Privacy: Privacy;
  Profile: Profile;
  Range: Range;
  React: React;
  Reacted: Reacted;
  Reaction: Reaction;
  Receipt: Receipt;
  Receipts: Receipts;
  ReceiptsMoved: ReceiptsMoved;
  Refresh: Refresh;
  Registers: Registers;
  RegistersChanged: RegistersChanged;
  RemoveMember: RemoveMember;
  RenameDevice: RenameDevice;
  Resync: Resync;
  RevokeInvitation: RevokeInvitation;
  RoleChanged: RoleChanged;
  ServerFrame: ServerFrame;
  SetActive: SetActive;
  SetRegisters: SetRegisters;
  SetRole: SetRole;
  SettingsChanged: SettingsChanged;
  SignIn: SignIn;
  SignUp: SignUp;
  SignUpInvitation: SignUpInvitation;
  Sync: Sync;
  SyncAnswer: SyncAnswer;
  Tokens: Tokens;
  Typing: Typing;
  TypingNow: TypingNow;
  Versions: Versions;
  Watch: Watch;
  Welcome: Welcome;
}

export interface Account {
  readonly profile: Profile | undefined;
  readonly privacy: Privacy | undefined;
  readonly created: number;
}

export interface AddMembers {
  readonly accounts: readonly Uint8Array<ArrayBuffer>[];
}

export interface Annotation {
  readonly edits: readonly number[];
  readonly current: Content | undefined;
  readonly reactions: readonly Reaction[];
}

export interface BlockSet {
  readonly on: boolean;
}

export interface ChangeAccount {
  readonly displayName: string | undefined;
  readonly about: string | undefined;
  readonly avatar: string | undefined;
  readonly readReceipts: boolean | undefined;
  readonly lastSeen: number | undefined;
  readonly online: number | undefined;
}

export interface ChangePassword {
  readonly oldPassword: string;
  readonly newPassword: string;
}

export interface ChangeSettings {
  readonly settings: ChannelSettings | undefined;
}

export interface Channel {
  readonly row: InboxRow | undefined;
  readonly description: string;
  readonly settings: ChannelSettings | undefined;
  readonly members: readonly MemberInfo[];
  readonly invitations: readonly InvitationInfo[];
  readonly cryptoEpoch: number;
  readonly iBlocked: boolean;
}

export interface ChannelSettings {
  readonly post: number;
  readonly add: number;
  readonly rename: number;
  readonly historyFromStart: boolean;
}

export interface ClientFrame {
  readonly request: number;
  readonly body:
    | { readonly case: "hello"; readonly value: Hello }
    | { readonly case: "newToken"; readonly value: NewToken }
    | { readonly case: "command"; readonly value: Command }
    | { readonly case: "moveCursor"; readonly value: MoveCursor }
    | { readonly case: "setRegisters"; readonly value: SetRegisters }
    | { readonly case: "hideMessages"; readonly value: HideMessages }
    | { readonly case: "typing"; readonly value: Typing }
    | { readonly case: "watch"; readonly value: Watch }
    | { readonly case: "setActive"; readonly value: SetActive }
    | { readonly case: "openChannels"; readonly value: OpenChannels }
    | { readonly case: "getInbox"; readonly value: GetInbox }
    | { readonly case: "getHistory"; readonly value: GetHistory }
    | { readonly case: "getChannel"; readonly value: GetChannel }
    | { readonly case: "getReceipts"; readonly value: GetReceipts }
    | { readonly case: "getContent"; readonly value: GetContent }
    | { readonly case: "getVersions"; readonly value: GetVersions }
    | { readonly case: undefined; readonly value?: undefined };
}

export interface Command {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly sendId: Uint8Array<ArrayBuffer>;
  readonly body:
    | { readonly case: "post"; readonly value: Post }
    | { readonly case: "edit"; readonly value: EditMessage }
    | { readonly case: "delete"; readonly value: DeleteMessages }
    | { readonly case: "react"; readonly value: React }
    | { readonly case: "createChannel"; readonly value: CreateChannel }
    | { readonly case: "describe"; readonly value: Describe }
    | { readonly case: "changeSettings"; readonly value: ChangeSettings }
    | { readonly case: "addMembers"; readonly value: AddMembers }
    | { readonly case: "removeMember"; readonly value: RemoveMember }
    | { readonly case: "leave"; readonly value: Leave }
    | { readonly case: "setRole"; readonly value: SetRole }
    | { readonly case: "handOver"; readonly value: HandOver }
    | { readonly case: "createInvitation"; readonly value: CreateInvitation }
    | { readonly case: "revokeInvitation"; readonly value: RevokeInvitation }
    | { readonly case: "join"; readonly value: Join }
    | { readonly case: "cryptoCommit"; readonly value: CryptoCommit }
    | { readonly case: undefined; readonly value?: undefined };
}

export interface Content {
  readonly type: string;
  readonly preview: boolean;
  readonly fullSize: number;
  readonly body:
    | { readonly case: "text"; readonly value: string }
    | { readonly case: "data"; readonly value: Uint8Array<ArrayBuffer> }
    | { readonly case: undefined; readonly value?: undefined };
}

export interface CreateChannel {
  readonly kind: number;
  readonly peer: Uint8Array<ArrayBuffer>;
  readonly title: string;
  readonly description: string;
  readonly avatar: string;
  readonly settings: ChannelSettings | undefined;
  readonly members: readonly Uint8Array<ArrayBuffer>[];
}

export interface CreateInvitation {
  readonly invitation: Uint8Array<ArrayBuffer>;
  readonly secretHash: Uint8Array<ArrayBuffer>;
  readonly expires: number;
  readonly uses: number;
}

export interface CreateSignUpInvitation {
  readonly uses: number;
  readonly lifeMs: number;
}

export interface Created {
  readonly kind: number;
  readonly title: string;
  readonly description: string;
  readonly avatar: string;
  readonly settings: ChannelSettings | undefined;
  readonly members: readonly NewMember[];
  readonly hidden: boolean;
}

export interface CryptoCommit {
  readonly epoch: number;
  readonly content: Content | undefined;
}

export interface CryptoCommitted {
  readonly epoch: number;
}

export interface DeleteAccount {
  readonly password: string;
  readonly erase: boolean;
}

export interface DeleteMessages {
  readonly targets: readonly number[];
}

export interface Deleted {
  readonly targets: readonly number[];
}

export interface Describe {
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly avatar: string | undefined;
}

export interface Described {
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly avatar: string | undefined;
}

export interface Device {
  readonly device: Uint8Array<ArrayBuffer>;
  readonly name: string;
  readonly platform: string;
  readonly created: number;
  readonly lastUsed: number;
  readonly current: boolean;
}

export interface Devices {
  readonly devices: readonly Device[];
}

export interface EditMessage {
  readonly target: number;
  readonly content: Content | undefined;
  readonly cryptoEpoch: number;
}

export interface Edited {
  readonly target: number;
}

export interface Error {
  readonly number: number;
  readonly name: string;
  readonly text: string;
  readonly retryAfterMs: number;
}

export interface Event {
  readonly header: EventHeader | undefined;
  readonly content: Content | undefined;
  readonly contentState: number;
  readonly annotation: Annotation | undefined;
  readonly digest: Uint8Array<ArrayBuffer>;
}

export interface EventHeader {
  readonly seq: number;
  readonly time: number;
  readonly account: Uint8Array<ArrayBuffer>;
  readonly device: Uint8Array<ArrayBuffer>;
  readonly sendId: Uint8Array<ArrayBuffer>;
  readonly cryptoEpoch: number;
  readonly count: number;
  readonly body:
    | { readonly case: "message"; readonly value: Message }
    | { readonly case: "edited"; readonly value: Edited }
    | { readonly case: "deleted"; readonly value: Deleted }
    | { readonly case: "reacted"; readonly value: Reacted }
    | { readonly case: "created"; readonly value: Created }
    | { readonly case: "described"; readonly value: Described }
    | { readonly case: "settingsChanged"; readonly value: SettingsChanged }
    | { readonly case: "membersAdded"; readonly value: MembersAdded }
    | { readonly case: "memberRemoved"; readonly value: MemberRemoved }
    | { readonly case: "memberLeft"; readonly value: MemberLeft }
    | { readonly case: "roleChanged"; readonly value: RoleChanged }
    | { readonly case: "ownershipHandedOver"; readonly value: OwnershipHandedOver }
    | { readonly case: "invitationCreated"; readonly value: InvitationCreated }
    | { readonly case: "invitationRevoked"; readonly value: InvitationRevoked }
    | { readonly case: "joinedByInvitation"; readonly value: JoinedByInvitation }
    | { readonly case: "blockSet"; readonly value: BlockSet }
    | { readonly case: "cryptoCommitted"; readonly value: CryptoCommitted }
    | { readonly case: "noted"; readonly value: Noted }
    | { readonly case: undefined; readonly value?: undefined };
}

export interface Events {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly events: readonly Event[];
}

export interface ExportLine {
  readonly what:
    | { readonly case: "account"; readonly value: Account }
    | { readonly case: "device"; readonly value: Device }
    | { readonly case: "contact"; readonly value: Profile }
    | { readonly case: "block"; readonly value: Profile }
    | { readonly case: "channel"; readonly value: InboxRow }
    | { readonly case: "event"; readonly value: Event }
    | { readonly case: "next"; readonly value: string }
    | { readonly case: "events"; readonly value: string }
    | { readonly case: undefined; readonly value?: undefined };
}

export interface GetChannel {
  readonly channelId: Uint8Array<ArrayBuffer>;
}

export interface GetContent {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly seq: number;
}

export interface GetHistory {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  readonly oldestFirst: boolean;
}

export interface GetInbox {
  readonly version: Uint8Array<ArrayBuffer>;
  readonly page: Uint8Array<ArrayBuffer>;
}

export interface GetReceipts {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly seq: number;
}

export interface GetVersions {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly seq: number;
}

export interface HandOver {
  readonly to: Uint8Array<ArrayBuffer>;
}

export interface HeadInfo {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly head: number;
  readonly time: number;
}

export interface Heads {
  readonly heads: readonly HeadInfo[];
}

export interface Hello {
  readonly version: number;
  readonly accessToken: string;
  readonly resumeToken: Uint8Array<ArrayBuffer>;
  readonly mode: number;
  readonly capabilities: readonly string[];
  readonly client: string;
}

export interface HideMessages {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly from: number;
  readonly to: number;
}

export interface History {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly from: number;
  readonly to: number;
  readonly events: readonly Event[];
  readonly head: number;
}

export interface Inbox {
  readonly incarnation: Uint8Array<ArrayBuffer>;
  readonly rows: readonly InboxRow[];
  readonly version: Uint8Array<ArrayBuffer>;
  readonly nextPage: Uint8Array<ArrayBuffer>;
}

export interface InboxRow {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly kind: number;
  readonly title: string;
  readonly avatar: string;
  readonly peer: Uint8Array<ArrayBuffer>;
  readonly role: number;
  readonly members: number;
  readonly visible: readonly Range[];
  readonly head: number;
  readonly headTime: number;
  readonly unread: number;
  readonly unreadMentions: number;
  readonly registers: Registers | undefined;
  readonly deliveredByAll: number;
  readonly readByAll: number;
  readonly digest: Uint8Array<ArrayBuffer>;
  readonly last: Event | undefined;
}

export interface InvitationCreated {
  readonly invitation: Uint8Array<ArrayBuffer>;
  readonly secretHash: Uint8Array<ArrayBuffer>;
  readonly expires: number;
  readonly uses: number;
}

export interface InvitationInfo {
  readonly invitation: Uint8Array<ArrayBuffer>;
  readonly by: Uint8Array<ArrayBuffer>;
  readonly expires: number;
  readonly usesLeft: number;
  readonly unlimited: boolean;
}

export interface InvitationRevoked {
  readonly invitation: Uint8Array<ArrayBuffer>;
}

export interface Join {
  readonly secret: Uint8Array<ArrayBuffer>;
}

export interface JoinedByInvitation {
  readonly invitation: Uint8Array<ArrayBuffer>;
  readonly member: NewMember | undefined;
  readonly historyFromStart: boolean;
}

export type Leave = Readonly<Record<never, never>>;

export interface LimitValue {
  readonly name: string;
  readonly value: number;
}

export interface LookUpPeople {
  readonly accounts: readonly Uint8Array<ArrayBuffer>[];
}

export interface MemberInfo {
  readonly account: Uint8Array<ArrayBuffer>;
  readonly role: number;
  readonly since: number;
}

export interface MemberLeft {
  readonly newOwner: Uint8Array<ArrayBuffer>;
  readonly accountDeleted: boolean;
}

export interface MemberRemoved {
  readonly account: Uint8Array<ArrayBuffer>;
}

export interface MembersAdded {
  readonly members: readonly NewMember[];
  readonly historyFromStart: boolean;
}

export interface Message {
  readonly replyTo: number;
  readonly mentions: readonly Uint8Array<ArrayBuffer>[];
  readonly forwarded: boolean;
}

export interface MoveCursor {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly delivered: number;
  readonly read: number;
}

export interface NewMember {
  readonly account: Uint8Array<ArrayBuffer>;
  readonly role: number;
  readonly hideRead: boolean;
}

export interface NewToken {
  readonly accessToken: string;
}

export interface Noted {
  readonly what: string;
}

export type Ok = Readonly<Record<never, never>>;

export interface OpenChannels {
  readonly channelIds: readonly Uint8Array<ArrayBuffer>[];
}

export interface Outcome {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly sendId: Uint8Array<ArrayBuffer>;
  readonly seq: number;
  readonly time: number;
  readonly refused: string;
}

export interface OwnershipHandedOver {
  readonly to: Uint8Array<ArrayBuffer>;
}

export interface People {
  readonly people: readonly Profile[];
  readonly next: string;
}

export interface Post {
  readonly content: Content | undefined;
  readonly replyTo: number;
  readonly mentions: readonly Uint8Array<ArrayBuffer>[];
  readonly forwarded: boolean;
  readonly cryptoEpoch: number;
}

export interface Presence {
  readonly account: Uint8Array<ArrayBuffer>;
  readonly online: boolean;
  readonly lastSeen: number;
}

export interface PresenceNow {
  readonly accounts: readonly Presence[];
}

export interface Privacy {
  readonly readReceipts: boolean;
  readonly lastSeen: number;
  readonly online: number;
}

export interface Profile {
  readonly account: Uint8Array<ArrayBuffer>;
  readonly handle: string;
  readonly displayName: string;
  readonly about: string;
  readonly avatar: string;
  readonly deleted: boolean;
  readonly isContact: boolean;
  readonly isBlocked: boolean;
  readonly lastSeen: number;
}

export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface React {
  readonly target: number;
  readonly content: Content | undefined;
}

export interface Reacted {
  readonly target: number;
}

export interface Reaction {
  readonly account: Uint8Array<ArrayBuffer>;
  readonly content: Content | undefined;
  readonly seq: number;
}

export interface Receipt {
  readonly account: Uint8Array<ArrayBuffer>;
  readonly delivered: number;
  readonly read: number;
  readonly deliveredAt: number;
  readonly readAt: number;
}

export interface Receipts {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly seq: number;
  readonly receipts: readonly Receipt[];
}

export interface ReceiptsMoved {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly deliveredByAll: number;
  readonly readByAll: number;
}

export interface Refresh {
  readonly refreshToken: string;
  readonly cookie: boolean;
}

export interface Registers {
  readonly delivered: number;
  readonly read: number;
  readonly markedUnread: boolean;
  readonly mutedUntil: number;
  readonly pinned: boolean;
  readonly archived: boolean;
  readonly hidden: readonly Range[];
}

export interface RegistersChanged {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly registers: Registers | undefined;
  readonly unread: number;
  readonly unreadMentions: number;
}

export interface RemoveMember {
  readonly account: Uint8Array<ArrayBuffer>;
}

export interface RenameDevice {
  readonly name: string;
}

export type Resync = Readonly<Record<never, never>>;

export interface RevokeInvitation {
  readonly invitation: Uint8Array<ArrayBuffer>;
}

export interface RoleChanged {
  readonly account: Uint8Array<ArrayBuffer>;
  readonly role: number;
}

export interface ServerFrame {
  readonly request: number;
  readonly body:
    | { readonly case: "error"; readonly value: Error }
    | { readonly case: "welcome"; readonly value: Welcome }
    | { readonly case: "ok"; readonly value: Ok }
    | { readonly case: "outcome"; readonly value: Outcome }
    | { readonly case: "inbox"; readonly value: Inbox }
    | { readonly case: "history"; readonly value: History }
    | { readonly case: "channel"; readonly value: Channel }
    | { readonly case: "receipts"; readonly value: Receipts }
    | { readonly case: "content"; readonly value: Event }
    | { readonly case: "versions"; readonly value: Versions }
    | { readonly case: "registers"; readonly value: Registers }
    | { readonly case: "events"; readonly value: Events }
    | { readonly case: "heads"; readonly value: Heads }
    | { readonly case: "receiptsMoved"; readonly value: ReceiptsMoved }
    | { readonly case: "registersChanged"; readonly value: RegistersChanged }
    | { readonly case: "typingNow"; readonly value: TypingNow }
    | { readonly case: "presenceNow"; readonly value: PresenceNow }
    | { readonly case: "resync"; readonly value: Resync }
    | { readonly case: undefined; readonly value?: undefined };
}

export interface SetActive {
  readonly active: boolean;
}

export interface SetRegisters {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly markedUnread: boolean | undefined;
  readonly mutedUntil: number | undefined;
  readonly pinned: boolean | undefined;
  readonly archived: boolean | undefined;
}

export interface SetRole {
  readonly account: Uint8Array<ArrayBuffer>;
  readonly role: number;
}

export interface SettingsChanged {
  readonly settings: ChannelSettings | undefined;
}

export interface SignIn {
  readonly handle: string;
  readonly password: string;
  readonly deviceName: string;
  readonly platform: string;
  readonly cookie: boolean;
}

export interface SignUp {
  readonly handle: string;
  readonly password: string;
  readonly displayName: string;
  readonly invitation: string;
  readonly deviceName: string;
  readonly platform: string;
  readonly cookie: boolean;
}

export interface SignUpInvitation {
  readonly invitation: string;
  readonly expires: number;
}

export interface Sync {
  readonly version: Uint8Array<ArrayBuffer>;
  readonly page: Uint8Array<ArrayBuffer>;
  readonly historyForTop: number;
  readonly historyLimit: number;
}

export interface SyncAnswer {
  readonly inbox: Inbox | undefined;
  readonly histories: readonly History[];
}

export interface Tokens {
  readonly account: Uint8Array<ArrayBuffer>;
  readonly device: Uint8Array<ArrayBuffer>;
  readonly accessToken: string;
  readonly accessExpires: number;
  readonly refreshToken: string;
  readonly refreshExpires: number;
}

export interface Typing {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly on: boolean;
}

export interface TypingNow {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly account: Uint8Array<ArrayBuffer>;
  readonly on: boolean;
}

export interface Versions {
  readonly channelId: Uint8Array<ArrayBuffer>;
  readonly events: readonly Event[];
}

export interface Watch {
  readonly accounts: readonly Uint8Array<ArrayBuffer>[];
}

export interface Welcome {
  readonly incarnation: Uint8Array<ArrayBuffer>;
  readonly account: Uint8Array<ArrayBuffer>;
  readonly device: Uint8Array<ArrayBuffer>;
  readonly session: Uint8Array<ArrayBuffer>;
  readonly resumeToken: Uint8Array<ArrayBuffer>;
  readonly time: number;
  readonly heartbeatMs: number;
  readonly limits: readonly LimitValue[];
  readonly server: string;
  readonly sessionEnds: number;
}

import { ArrowLeft } from "lucide-react";
import { useT } from "../../../i18n/index.ts";
import { useRouter } from "../../context.tsx";
import { IconButton } from "../../kit/IconButton.tsx";

export function SettingsScreen({ part }: { readonly part: "menu" | "page" }) {
  const t = useT();
  const router = useRouter();
  if (part === "page") return null;
  return <IconButton icon={ArrowLeft} label={t("common.back")} mirrored onClick={() => router.go({ name: "home" })} />;
}

import { useUser } from "./hooks";

interface Props {
  id: string;
}

/** Shows one user. */
export const UserView: React.FC<Props> = ({ id }) => {
  const user = useUser<string>(id);
  return (
    <Card title={user.name}>
      <Avatar src={user.image} />
    </Card>
  );
};

export default function App() {
  return <UserView id="1" />;
}
